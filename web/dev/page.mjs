// The built page's own functions under Node, and what a written page holds.
import { readFileSync } from "node:fs";

const page = readFileSync(new URL("../../src/prototxt/page/page.html", import.meta.url), "utf8");
const [, script] = /<script type="module"[^>]*>([^]*?)<\/script>/.exec(page);
await import(`data:text/javascript;base64,${Buffer.from(script).toString("base64")}`);

/** compute, breakdownOf and the rest, as they are in the page. */
export const tools = globalThis.prototxt;

/** Returns the document of a written page, and puts its arrays where the page looks for them. */
export function opened(file) {
  const scripts = readFileSync(file, "utf8").matchAll(/<script id="([^"]*)"[^>]*>([^<]*)<\/script>/g);
  const texts = new Map([...scripts].map(([, id, textContent]) => [id, { textContent }]));
  tools.forget();
  globalThis.document = { getElementById: (id) => texts.get(id) ?? null };
  return JSON.parse(texts.get("report").textContent);
}
