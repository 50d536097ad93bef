// Files go one by one, each with its progress; without this module the form sends them together.
export function watchUploads(scope) {
  for (const form of scope.querySelectorAll("form[data-upload]")) {
    nameAsSeen(form.querySelector(".govuk-file-upload-button"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      // The page's other guards count a form as sent; here it may be sent again for what is left.
      event.stopPropagation();
      if (!form.dataset.busy) send(form);
    });
  }
}

// GOV.UK's button holds a comma that nobody sees in the middle of its words: what is said must be what stands there.
function nameAsSeen(button) {
  const comma = button?.querySelector("[id$=-comma]");
  if (!comma) return;
  comma.hidden = true;
  button.after(comma);
}

async function send(form) {
  const input = form.querySelector("input[type=file]");
  const files = [...input.files];
  const none = form.querySelector("[data-upload-none]");
  none.hidden = files.length > 0;
  none.textContent = files.length ? "" : form.dataset.none;
  if (!files.length) return;
  form.dataset.busy = "true";
  const list = form.querySelector("[data-uploads]");
  list.hidden = false;
  list.replaceChildren();
  const left = new DataTransfer();
  for (const [file, line] of files.map((file) => [file, addLine(list, file)])) {
    if (!(await sendOne(form, input.name, file, line))) left.items.add(file);
  }
  delete form.dataset.busy;
  if (left.files.length) {
    input.files = left.files;
    input.dispatchEvent(new Event("change"));
    form.querySelector("[data-upload-onward]").hidden = left.files.length === files.length;
  } else {
    window.location.assign(form.dataset.upload);
  }
}

function addLine(list, file) {
  const line = document.createElement("li");
  const name = document.createElement("bdi");
  const progress = document.createElement("progress");
  const told = document.createElement("span");
  name.className = "app-upload__name";
  told.className = "app-upload__told";
  name.textContent = file.name;
  progress.className = "app-upload__progress";
  progress.max = 1;
  progress.value = 0;
  progress.setAttribute("aria-label", file.name);
  line.append(name, progress, told);
  list.append(line);
  return { progress, told };
}

function sendOne(form, name, file, { progress, told }) {
  const body = new FormData(form);
  body.delete(name);
  body.append(name, file);
  // What follows the file tells the server that it arrived whole.
  const last = body.get("is_whole");
  body.delete("is_whole");
  body.append("is_whole", last);
  const request = new XMLHttpRequest();
  told.textContent = form.dataset.sending;
  return new Promise((done) => {
    const end = (text, isTaken) => {
      told.textContent = text;
      told.classList.toggle("govuk-error-message", !isTaken);
      progress.hidden = true;
      done(isTaken);
    };
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress.value = event.loaded / event.total;
      if (event.loaded === event.total) told.textContent = form.dataset.sealing;
    });
    request.addEventListener("error", () => end(form.dataset.failed, false));
    request.addEventListener("load", () => {
      // Anything but our short answer is another page: the lock, a refusal.
      if (!request.getResponseHeader("Content-Type")?.startsWith("application/json")) {
        if (request.status < 400 && request.responseURL) window.location.assign(request.responseURL);
        end(form.dataset.failed, false);
        return;
      }
      const { problems } = JSON.parse(request.responseText);
      end(problems.join(" ") || form.dataset.added, !problems.length);
    });
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  });
}
