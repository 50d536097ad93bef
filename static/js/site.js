// The one entry: starts what a page needs; every page works without it.
import {
  Button,
  CharacterCount,
  ErrorSummary,
  FileUpload,
  NotificationBanner,
  PasswordInput,
  ServiceNavigation,
  SkipLink,
  createAll,
} from "./govuk-frontend.js";
import { offerCopies } from "./copy.js";
import { foldFilters } from "./filters.js";
import { offerKeys } from "./keys.js";
import { watchIdleness } from "./lock.js";
import { watchNetwork } from "./network.js";
import { offerPasskeys } from "./passkeys.js";
import { watchReasons } from "./reasons.js";
import { watchRevealed } from "./reseal.js";
import { watchAnswers } from "./reveal.js";
import { guardSubmissions } from "./submissions.js";
import { watchUploads } from "./upload.js";

const COMPONENTS = [Button, CharacterCount, ErrorSummary, FileUpload, NotificationBanner, PasswordInput];

function enliven(scope) {
  for (const Component of COMPONENTS) createAll(Component, undefined, { scope });
  offerCopies(scope);
  offerPasskeys(scope);
  foldFilters(scope);
  offerKeys(scope);
  watchAnswers(scope);
  watchReasons(scope);
  watchRevealed(scope);
  watchUploads(scope);
}

// A page that the browser kept in memory may show what a lock or a sign-out has closed since.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

createAll(ServiceNavigation);
createAll(SkipLink);
enliven(document.body);
guardSubmissions();
watchNetwork();
watchIdleness();
document.addEventListener("htmx:after:swap", (event) => enliven(event.target));
