// Locks an idle page: warns first, covers the page, closes the vault on the server, keeps what was typed.
//
// Tabs share one thing only: when somebody last did something, as a number in localStorage.
const STAMP = "activity";
const WARN_AT = 0.8;
const PRESENCE_MS = 60_000;
const TRIPLE_MS = 1500;

export function watchIdleness() {
  const form = document.querySelector("form[data-lock]");
  if (!form) return;
  const idleMs = Number(form.dataset.lock) * 1000;
  const warning = document.querySelector("[data-lock-warning]");
  const cover = document.querySelector("[data-lock-cover]");
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("lock") : null;
  let here = Date.now();
  let lastPresence = here;
  let isLocking = false;
  let unsaved = null;

  function lastActivity() {
    try {
      return Math.max(here, Number(window.localStorage.getItem(STAMP)) || 0);
    } catch {
      return here;
    }
  }

  function act() {
    const now = Date.now();
    if (isLocking || now - here < 1000) return;
    // A computer that slept wakes up locked, whatever key woke it.
    if (now - lastActivity() >= idleMs) {
      lock();
      return;
    }
    stamp(now);
    if (now - lastPresence > PRESENCE_MS) {
      lastPresence = now;
      tellPresence();
    }
  }

  function stamp(now) {
    here = now;
    try {
      window.localStorage.setItem(STAMP, String(now));
    } catch {
      // Without storage each tab counts for itself.
    }
  }

  async function tellPresence() {
    try {
      const answer = await fetch(form.dataset.presence, { credentials: "same-origin" });
      if (answer.redirected) lock();
    } catch {
      // Offline: the server's own clock goes on, and the next act asks again.
    }
  }

  async function lock(event, leaving = form) {
    if (isLocking) return;
    isLocking = true;
    document.dispatchEvent(new Event("lock"));
    if (warning.open) warning.close();
    cover.hidden = false;
    cover.focus();
    let answer;
    try {
      answer = await fetch(leaving.action, { method: "POST", body: new FormData(leaving), credentials: "same-origin" });
    } catch {
      isLocking = false;
      window.addEventListener("online", () => lock(undefined, leaving), { once: true });
      return;
    }
    channel?.postMessage("locked");
    // Led to the lock page, to the sign-in page, or refused because somebody signed in again in another tab.
    const isClosed = answer.redirected || answer.status === 403;
    if (isClosed && unsaved?.isConnected) {
      // Nothing is open to this page, so the server does nothing with this but keep it, sealed, for its author.
      HTMLFormElement.prototype.submit.call(unsaved);
    } else {
      window.location.assign(answer.url);
    }
  }

  function tick() {
    if (isLocking) return;
    const idle = Date.now() - lastActivity();
    if (idle >= idleMs) lock();
    else if (idle >= idleMs * WARN_AT) {
      if (!warning.open) warning.showModal();
    } else if (warning.open) warning.close();
  }

  for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) {
    document.addEventListener(kind, () => warning.open || act(), { passive: true });
  }
  warning.addEventListener("close", () => {
    if (!isLocking) act();
  });
  document.addEventListener("input", (event) => {
    const typedIn = event.target.closest("main form");
    if (typedIn?.method === "post") unsaved = typedIn;
  });
  document.addEventListener("submit", (event) => {
    if (event.target === unsaved) unsaved = null;
    if (event.target === form) {
      event.preventDefault();
      lock();
    }
    if (event.target.matches("[data-sign-out]")) {
      // What is typed here is kept first; other tabs cover themselves and keep what is typed there.
      if (unsaved?.isConnected) {
        event.preventDefault();
        lock(event, event.target);
      } else channel?.postMessage("signed out");
    }
  });
  channel?.addEventListener("message", lock);
  onTripleShift(lock);
  stamp(here);
  window.setInterval(tick, 1000);
}

function onTripleShift(done) {
  let times = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") times = [];
    else if (!event.repeat) {
      const now = Date.now();
      times = [...times.filter((time) => now - time < TRIPLE_MS), now];
      if (times.length === 3) done();
    }
  });
}
