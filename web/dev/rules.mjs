// Computes nets by the page's rules, for a test that holds them against Python's:
//   node dev/rules.mjs < list
// Each line of the list names a file: {"report": a Report, "inputs": shapes of its inputs to be taken instead, by blob
// id}. Each line of the answer is what the page says of it.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const built = await build({
  root,
  configFile: false,
  logLevel: "silent",
  build: { write: false, minify: false, lib: { entry: "src/rules.ts", formats: ["es"] } },
});
const { output } = [built].flat()[0];
const { compute } = await import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString("base64")}`);

function edits(report, inputs) {
  const changed = report.layers.filter((layer) => layer.tops.some((id) => id in inputs));
  return new Map(
    changed.map((layer) => {
      const shapes = layer.tops.map((id) => inputs[id] ?? report.blobs[id].shape);
      return [layer.index, { ...layer.rule, shapes }];
    }),
  );
}

function told({ report, inputs }) {
  const { rows, shapes, images, totals } = compute(report, edits(report, inputs));
  const layers = rows.map(({ params, paramCount, statistics, macs, state, error }) => {
    return { params, paramCount, statistics, macs, state, error: error?.message ?? null };
  });
  return { layers, shapes: Object.fromEntries(shapes), images, totals };
}

for (const file of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  console.log(JSON.stringify(told(JSON.parse(readFileSync(file, "utf8")))));
}
