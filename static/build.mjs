// Builds static/build from the sources: one style sheet, the fonts' sheet, icons, browser modules.
// Run by `npm run build` from the project's root; needs node >= 20 and what package-lock.json names.

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as sass from "sass";

const MODULES = "node_modules";
const OUT = "static/build";
const FONTS = path.join(MODULES, "@fontsource-variable");
const MOJ_IMAGES = path.join(MODULES, "@ministryofjustice/frontend/moj/assets/images");

function compileStyle() {
  const { css } = sass.compile("static/scss/site.scss", {
    loadPaths: ["."],
    style: "compressed",
    // MoJ's own Sass still uses one deprecated form; ours must not, so only dependencies are quiet.
    quietDeps: true,
    silenceDeprecations: ["import", "if-function"],
  });
  const unwanted = css.match(/crest|crown|GDS Transport|url\("?(data:|https?:|\/\/)[^)]*/);
  if (unwanted) throw new Error(`The style sheet holds "${unwanted[0]}", which we never serve.`);
  writeFileSync(path.join(OUT, "css/site.css"), css);
  for (const [, name] of css.matchAll(/url\("?\.\.\/images\/([\w-]+\.svg)"?\)/g)) {
    cpSync(path.join(MOJ_IMAGES, name), path.join(OUT, "images", name));
  }
}

function collectFonts() {
  // One family in many scripts: a browser fetches a script's file only when the page holds one of its letters.
  const rules = [];
  for (const name of readdirSync(FONTS).sort()) {
    const folder = path.join(FONTS, name);
    const sheet = readFileSync(path.join(folder, "wght.css"), "utf8");
    for (const [rule] of sheet.matchAll(/@font-face\s*\{[^}]*\}/g)) {
      const file = rule.match(/files\/([\w-]+\.woff2)/)[1];
      // Latin letters and symbols come from the main family alone.
      if (name !== "noto-sans" && /-(latin|latin-ext|math|symbols|cyrillic|greek|vietnamese)-wght-/.test(file)) continue;
      cpSync(path.join(folder, "files", file), path.join(OUT, "fonts", file));
      rules.push(
        rule
          .replace(/font-family:\s*'[^']+'/, 'font-family:"Noto Sans Variable"')
          .replace("./files/", "../fonts/")
          .replace(/\s*\n\s*/g, ""),
      );
    }
  }
  writeFileSync(path.join(OUT, "css/fonts.css"), `${rules.join("\n")}\n`);
}

function copyModules() {
  cpSync("static/js", path.join(OUT, "js"), { recursive: true });
  cpSync("static/images", path.join(OUT, "images"), { recursive: true });
  // The maps these files point to are not served, so neither are the pointers.
  for (const [from, to] of [
    ["govuk-frontend/dist/govuk/govuk-frontend.min.js", "govuk-frontend.js"],
    ["htmx.org/dist/htmx.min.js", "htmx.js"],
  ]) {
    const text = readFileSync(path.join(MODULES, from), "utf8").replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
    writeFileSync(path.join(OUT, "js", to), text);
  }
}

rmSync(OUT, { recursive: true, force: true });
for (const folder of ["css", "fonts", "images", "js"]) mkdirSync(path.join(OUT, folder), { recursive: true });
compileStyle();
collectFonts();
copyModules();
