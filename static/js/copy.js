// Buttons that copy a reference; they stay hidden where the browser gives no clipboard.
const SHOWN_MS = 4000;

export function offerCopies(scope) {
  if (!navigator.clipboard) return;
  for (const button of scope.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

async function copy(button) {
  const label = button.querySelector("[data-copy-label]");
  const usual = button.dataset.usual ?? label.textContent;
  button.dataset.usual = usual;
  await navigator.clipboard.writeText(button.dataset.copy);
  label.setAttribute("aria-live", "polite");
  label.textContent = button.dataset.copied;
  window.setTimeout(() => {
    label.textContent = usual;
  }, SHOWN_MS);
}
