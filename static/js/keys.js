// Single keys for who goes through many records: each `data-key` names the key of the link or button in it. They work
// only where nothing is typed, with no other key held, and can be switched off for good (WCAG 2.1.4).
const OFF = "cellule-keys-off";
const TYPED = "input, select, textarea, [contenteditable]";
let isOff = false;

export function offerKeys(scope) {
  const bar = scope.querySelector("[data-keys]");
  if (!bar) return;
  const toggle = bar.querySelector("button");
  const show = () => toggle.setAttribute("aria-pressed", String(!isOff));
  isOff = remembered();
  toggle.addEventListener("click", () => {
    isOff = !isOff;
    remember();
    show();
  });
  show();
  bar.hidden = false;
  document.addEventListener("keydown", press);
}

function remembered() {
  try {
    return window.localStorage.getItem(OFF) === "1";
  } catch {
    return isOff;
  }
}

function remember() {
  try {
    if (isOff) window.localStorage.setItem(OFF, "1");
    else window.localStorage.removeItem(OFF);
  } catch {
    // The choice holds until the page is left.
  }
}

function press(event) {
  if (isOff || event.defaultPrevented || event.repeat || event.isComposing) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest(TYPED)) return;
  const place = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key);
  if (!place) return;
  event.preventDefault();
  place.querySelector("a, button").click();
}
