// Puts a sample into the built page: node dev/fill.mjs sample.json out.html
// The sample is {"document": ..., "arrays": {"a0": base64, ...}}.
import { readFileSync, writeFileSync } from "node:fs";

const [sample, out] = process.argv.slice(2);
const { document, arrays } = JSON.parse(readFileSync(sample, "utf8"));
const page = readFileSync(new URL("../../src/prototxt/page/page.html", import.meta.url), "utf8");
const json = JSON.stringify(document).replaceAll("<", "\\u003c");
const scripts = [
  `<script id="report" type="application/json">${json}</script>`,
  ...Object.entries(arrays).map(([id, text]) => `<script id="${id}" type="application/octet-stream">${text}</script>`),
];
writeFileSync(out, page.replace("<!--prototxt-report-data-->", () => scripts.join("\n")));
