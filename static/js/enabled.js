// Runs before the page is drawn: tells the style sheet that modules will follow.
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
}
