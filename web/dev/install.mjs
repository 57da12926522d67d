// The built page becomes package data, where Python finds it; `node dev/install.mjs --check` tells whether it is stale.
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";

const PLACEHOLDER = "<!--prototxt-report-data-->";
const page = new URL("../../src/prototxt/page/page.html", import.meta.url);
const built = readFileSync(new URL("../dist/index.html", import.meta.url), "utf8");
if (built.split(PLACEHOLDER).length !== 2) throw new Error(`the built page must hold ${PLACEHOLDER} once`);
if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") !== built) throw new Error("src/prototxt/page/page.html is stale: run make web");
} else {
  mkdirSync(new URL(".", page), { recursive: true });
  writeFileSync(page, built);
}
