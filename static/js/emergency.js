// The time that an emergency access is still open, counted down where the server has written it.
// It only tells: the server closes the case at that moment, and the page leads itself away without any script.

export function watchEnds(scope) {
  for (const place of scope.querySelectorAll("[data-ends-in]")) watch(place);
}

function watch(place) {
  // By the clock, not by counting: a computer that slept wakes up with the time over.
  const until = Date.now() + Number(place.dataset.endsIn) * 1000;

  function tick() {
    if (!place.isConnected) return window.clearInterval(timer);
    const minutes = Math.max(Math.ceil((until - Date.now()) / 60_000), 0);
    place.textContent = `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
  }

  const timer = window.setInterval(tick, 15_000);
}
