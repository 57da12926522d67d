// Whether the page's rules give what Python gave, of every document: node dev/check-rules.mjs page.html net.json ...
// The rules are taken out of the built page itself. Prints one line per difference; fails where there is one.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

const [page, ...files] = process.argv.slice(2);
const script = /<script type="module"[^>]*>([\s\S]*?)<\/script>/.exec(readFileSync(page, "utf8"));
if (!script) throw new Error(`${page} holds no script`);
// In a module of its own: without a document it draws nothing.
await import(`data:text/javascript;base64,${Buffer.from(script[1]).toString("base64")}`);

let [checked, computed, wrong] = [0, 0, 0];
const differ = (where, what, page, python) => {
  wrong++;
  console.log(`${where}: ${what}: ${JSON.stringify(page)} in the page, ${JSON.stringify(python)} in Python`);
};

for (const file of files) {
  const read = JSON.parse(readFileSync(file, "utf8"));
  const report = read.document ?? read;
  const { rows, images } = globalThis.prototxt.compute(report);
  if (images !== report.net.images) differ(file, "images", images, report.net.images);
  for (const row of rows) {
    const { layer } = row;
    const where = `${file}: ${layer.name} (${layer.type})`;
    checked++;
    if (row.state === "computed") computed++;
    const expected = {
      tops: layer.tops.map((id) => report.blobs[id].shape),
      params: layer.params.map((param) => param.shape),
      paramCount: layer.paramCount,
      statistics: layer.statistics,
      macs: layer.macs,
    };
    for (const [what, value] of Object.entries(expected)) if (!isDeepStrictEqual(row[what], value)) differ(where, what, row[what], value);
    if (row.error) differ(where, "refused", row.error.message, null);
  }
}
console.log(JSON.stringify({ nets: files.length, layers: checked, computed, wrong }));
process.exitCode = wrong ? 1 : 0;
