// A revealed value goes from the page when its time is over, on lock, and when the page is out of sight.
const HIDDEN_MS = 15_000;

export function watchRevealed(scope) {
  for (const place of scope.querySelectorAll("[data-reseal]")) watch(place);
}

function watch(place) {
  // By the clock, not by counting: a computer that slept wakes up with the time over.
  const until = Date.now() + Number(place.dataset.reseal) * 1000;
  const left = place.querySelector("[data-reseal-left]");
  let hiddenAt = document.hidden ? Date.now() : null;
  left.hidden = false;

  function tick() {
    const now = Date.now();
    if (!place.isConnected) stop();
    else if (now >= until || (hiddenAt && now - hiddenAt >= HIDDEN_MS)) reseal();
    else tell(left, Math.ceil((until - now) / 1000));
  }

  function look() {
    tick();
    hiddenAt = document.hidden ? Date.now() : null;
  }

  function stop() {
    window.clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
    document.removeEventListener("lock", reseal);
  }

  function reseal() {
    stop();
    const open = place.querySelector("[data-reseal-open]");
    if (!open) return;
    const hadFocus = open.contains(document.activeElement);
    open.replaceWith(place.querySelector("template").content.cloneNode(true));
    if (hadFocus) place.querySelector("a, button")?.focus();
    const told = place.querySelector("[data-reseal-told]");
    told.textContent = told.dataset.resealTold;
  }

  const timer = window.setInterval(tick, 1000);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("lock", reseal);
  tick();
}

function tell(left, count) {
  const form = new Intl.PluralRules(document.documentElement.lang).select(count) === "one" ? "one" : "other";
  left.textContent = left.dataset[form].replace("%{count}", count);
}
