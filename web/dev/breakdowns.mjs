// Breaks values down with the built page's own breakdowns, for a test that compares them with the engine's values:
//   node dev/breakdowns.mjs < list
// Each line of the list is {"page": a written page, "queries": [[layer's index, index of the top, place], ...]}. Each line of
// the output holds the page's answers: [value, size, agrees, kind], or a text if it has no breakdown.
import { readFileSync } from "node:fs";
import { opened, tools } from "./page.mjs";

const numbers = (x) => (Number.isFinite(x) ? x : String(x));

function answer(report, [index, which, at]) {
  const layer = report.layers[index];
  const result = tools.breakdownOf({ report }, layer, which, at);
  return typeof result === "string" ? result : [numbers(result.value), numbers(result.size), result.agrees, layer.rule.kind];
}

for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const { page, queries } = JSON.parse(line);
  const report = opened(page);
  console.log(JSON.stringify(queries.map((query) => answer(report, query))));
}
