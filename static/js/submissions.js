// A form that was sent waits for its answer before it can be sent again. The server counts it once in any case.
const WAIT_MS = 5000;

export function guardSubmissions() {
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    if (sent.has(event.target)) {
      event.preventDefault();
      return;
    }
    sent.add(event.target);
    window.setTimeout(() => sent.delete(event.target), WAIT_MS);
  });
}
