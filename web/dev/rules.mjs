// Computes nets by the built page's own rules, for a test that holds them against Python's:
//   node dev/rules.mjs < list
// Each line of the list names a file: {"report": a Report, "inputs": shapes of its inputs to be taken instead, by blob
// id}. Each line of the answer is what the page says of it.
import { readFileSync } from "node:fs";
import { tools } from "./page.mjs";

const { compute } = tools;

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
