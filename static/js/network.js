// Without a network a click would do nothing and say nothing: this says so and keeps the page as it is.
export function watchNetwork() {
  const banner = document.querySelector("[data-offline]");
  if (!banner) return;
  const show = (isAway) => {
    banner.hidden = !isAway;
  };
  window.addEventListener("offline", () => show(true));
  window.addEventListener("online", () => show(false));
  document.addEventListener("htmx:error", () => show(!navigator.onLine));
  document.addEventListener(
    "submit",
    (event) => {
      if (navigator.onLine) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      show(true);
      banner.focus();
    },
    true,
  );
  show(!navigator.onLine);
}
