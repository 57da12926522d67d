// Takes values apart by the built page's own breakdowns, for a test that holds them against the engine's values:
//   node dev/breakdowns.mjs < list
// Each line of the list is {"page": a written page, "asked": [[layer's index, which top, place], ...]}. Each line of the
// answer is what the page says of those: [value, size, agrees, kind], or a text where it has no breakdown.
import { readFileSync } from "node:fs";
import { opened, tools } from "./page.mjs";

const numbers = (x) => (Number.isFinite(x) ? x : String(x));

function told(report, [index, which, at]) {
  const layer = report.layers[index];
  const found = tools.breakdownOf({ report }, layer, which, at);
  return typeof found === "string" ? found : [numbers(found.value), numbers(found.size), found.agrees, layer.rule.kind];
}

for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const { page, asked } = JSON.parse(line);
  const report = opened(page);
  console.log(JSON.stringify(asked.map((each) => told(report, each))));
}
