// Answers of our own server are the one text that may become a page: htmx parses them with this and nothing else.
// The policy allows no other name, so any other script that writes HTML from text is stopped by the browser.
if (window.trustedTypes && Document.parseHTMLUnsafe) {
  const policy = window.trustedTypes.createPolicy("htmx", { createHTML: (html) => html });
  const parse = Document.parseHTMLUnsafe.bind(Document);
  Document.parseHTMLUnsafe = (html, options) => parse(policy.createHTML(html), options);
}
