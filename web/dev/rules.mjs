// Computes nets with the built page's own rules, for a test that compares them with Python's:
//   node dev/rules.mjs < list
// Each line of the list names a file: {"report": a Report, "inputs": shapes that replace those of its inputs, by blob
// id}. Each line of the output is the page's result.
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

function result({ report, inputs }) {
  const { rows, shapes, images, totals } = compute(report, edits(report, inputs));
  const layers = rows.map(({ params, paramCount, statistics, macs, state, error }) => {
    return { params, paramCount, statistics, macs, state, error: error?.message ?? null };
  });
  return { layers, shapes: Object.fromEntries(shapes), images, totals };
}

for (const file of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  console.log(JSON.stringify(result(JSON.parse(readFileSync(file, "utf8")))));
}
