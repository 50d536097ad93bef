// Answers that open further fields. GOV.UK's own module says aria-expanded on radio buttons, which ARIA does not allow.
export function watchAnswers(scope) {
  for (const input of scope.querySelectorAll("input[data-aria-controls]")) {
    const more = document.getElementById(input.dataset.ariaControls);
    if (!more) continue;
    input.setAttribute("aria-controls", more.id);
    const update = () => {
      for (const kind of ["radios", "checkboxes"]) {
        more.classList.toggle(`govuk-${kind}__conditional--hidden`, more.classList.contains(`govuk-${kind}__conditional`) && !input.checked);
      }
    };
    // A radio button that is left gets no event of its own, so its group is asked.
    input.closest("form, body").addEventListener("change", update);
    update();
  }
}
