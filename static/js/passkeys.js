// Passkeys: one touch instead of typing. What a passkey answers is put into the form at the moment of sending; the
// value that opens the vault travels in a field of its own and never stands in the page.
const OPENS = "public-key";

export function offerPasskeys(scope) {
  if (!arePossible()) return;
  for (const missing of scope.querySelectorAll("[data-passkey-missing]")) missing.hidden = true;
  for (const form of scope.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => touch(event, form));
  }
}

// A passkey belongs to a name; an address of numbers has none.
function arePossible() {
  return Boolean(window.PublicKeyCredential) && !/^[\d.]+$|^\[/.test(window.location.hostname);
}

async function touch(event, form) {
  // Without a name nothing is made yet: the server asks for it.
  const name = form.elements.namedItem("name");
  if (name && !name.value.trim()) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const told = form.querySelector("[data-passkey-told]");
  told.textContent = "";
  try {
    const sent = form.dataset.passkey === "make" ? await make(form, told) : await ask(form);
    form.addEventListener("formdata", ({ formData }) => {
      for (const [field, text] of Object.entries(sent)) formData.set(field, text);
    });
    HTMLFormElement.prototype.submit.call(form);
  } catch (problem) {
    told.textContent = reason(told.dataset, problem);
    delete form.dataset.busy;
  }
}

function reason(texts, problem) {
  if (problem instanceof TypeError && texts.away) return texts.away;
  if (problem.name === "InvalidStateError" && texts.known) return texts.known;
  return texts.nothing;
}

async function ask(form) {
  const answer = await fetch(form.dataset.question, {
    method: "POST",
    body: new FormData(form),
    credentials: "same-origin",
  });
  if (!answer.ok) throw new TypeError("no question");
  const publicKey = decoded(await answer.json());
  const credential = await navigator.credentials.get({ publicKey });
  const { authenticatorData, clientDataJSON, signature, userHandle } = credential.response;
  const response = { authenticatorData, clientDataJSON, signature, ...(userHandle && { userHandle }) };
  return written(credential, response, prfOf(credential)?.results?.first);
}

async function make(form, told) {
  const publicKey = decoded(JSON.parse(form.dataset.options));
  const credential = await navigator.credentials.create({ publicKey });
  const { attestationObject, clientDataJSON } = credential.response;
  const prf = prfOf(credential);
  let value = prf?.results?.first;
  if (prf?.enabled && !value) {
    told.textContent = told.dataset.again;
    value = await valueOf(credential, publicKey);
  }
  return written(credential, { attestationObject, clientDataJSON }, value);
}

// Many passkeys give their value only when they are asked, not when they are made. Whoever does not touch a second
// time has a passkey that says who they are.
async function valueOf(credential, { rp, extensions }) {
  const publicKey = {
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    rpId: rp.id,
    allowCredentials: [{ type: OPENS, id: credential.rawId }],
    userVerification: "required",
    extensions,
  };
  try {
    return prfOf(await navigator.credentials.get({ publicKey }))?.results?.first;
  } catch {
    return undefined;
  }
}

function prfOf(credential) {
  return credential.getClientExtensionResults().prf;
}

function written(credential, response, value) {
  const fields = Object.entries(response).map(([field, bytes]) => [field, encode(bytes)]);
  const id = encode(credential.rawId);
  const answer = { id, rawId: id, type: credential.type, response: Object.fromEntries(fields) };
  return { credential: JSON.stringify(answer), prf: value ? encode(value) : "" };
}

// The options as the browser takes them: what was bytes is bytes again.
function decoded(options) {
  const made = { ...options, challenge: decode(options.challenge) };
  if (options.user) made.user = { ...options.user, id: decode(options.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (options[list]) made[list] = options[list].map((one) => ({ ...one, id: decode(one.id) }));
  }
  made.extensions = { prf: { eval: { first: decode(options.extensions.prf.eval.first) } } };
  return made;
}

function decode(text) {
  const plain = window.atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function encode(bytes) {
  const plain = String.fromCharCode(...new Uint8Array(bytes));
  return window.btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
