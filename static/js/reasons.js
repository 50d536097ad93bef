// Reasons for no answer: typing an answer clears the reason, and a chosen reason can be taken back.
export function watchReasons(scope) {
  for (const reasons of scope.querySelectorAll("[data-reasons]")) {
    const name = reasons.dataset.reasons;
    const radios = [...reasons.querySelectorAll("input")];
    const none = radios.find((radio) => radio.value === "");
    const back = reasons.querySelector("[data-reasons-back]");
    const isOfAnswer = (input) => !reasons.contains(input) && (input.name === name || input.name?.startsWith(`${name}-`));

    const update = () => {
      back.hidden = none.checked;
    };
    const clear = () => {
      none.checked = true;
      update();
    };

    reasons.addEventListener("change", update);
    back.addEventListener("click", () => {
      clear();
      radios[0].focus();
    });
    reasons.parentElement.addEventListener("input", ({ target }) => {
      if (isOfAnswer(target) && (target.matches("[type=checkbox], [type=radio]") ? target.checked : target.value)) clear();
    });
    update();
  }
}
