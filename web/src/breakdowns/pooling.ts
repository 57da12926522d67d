// Pooling: one window.

import { valueAt } from "../arrays";
import { number } from "../dom";
import { poolWindow } from "../rules";
import type { Pool, Shape } from "../types";
import { added, bottom, f, n, places, plain, reach, summed, type Draft, type Query, type Term } from "./terms";

export function pooling(rule: Pool, query: Query, at: number[]): Draft {
  const x = bottom(query);
  const { kernel, stride, pad } = poolWindow(rule, x.shape);
  const corner = kernel.map((_, k) => n(at, 2 + k) * n(stride, k) - n(pad, k));
  const terms: Term[] = [];
  for (const tap of places(kernel)) {
    const place = corner.map((start, k) => start + n(tap, k));
    const inside = place.every((i, k) => i >= 0 && i < n(x.shape, 2 + k));
    const where = inside ? [...at.slice(0, 2), ...place] : null;
    terms.push(plain(where, where ? valueAt(x, where) : 0));
  }
  if (rule.pool === "MAX") return largest(query, at, terms, kernel);
  const window = `${kernel.join(" × ")} window of channel ${at[1]}`;
  const group = summed(`channel ${at[1]}`, 0, n(at, 1), terms, kernel);
  if (rule.pool === "AVE") {
    const lengths = kernel.map((_, k) => {
      const start = rule.avg_include_pad ? n(corner, k) : Math.max(n(corner, k), 0);
      const end = n(x.shape, 2 + k) + (rule.avg_include_pad ? n(pad, k) : 0);
      return Math.max(Math.min(n(corner, k) + n(kernel, k), end) - start, 1);
    });
    const divisor = lengths.reduce((product, length) => product * length, 1);
    const steps = [
      { text: "sum of the window", value: group.subtotal },
      { text: `÷ ${lengths.join(" × ")} = ${divisor} (padding ${rule.avg_include_pad ? "" : "not "}counted)`, value: f(group.subtotal / divisor) },
    ];
    return { formula: `the average of the ${window}`, join: "sum", groups: [group], steps, size: reach([group]) / divisor };
  }
  const squares = added(terms.map((term) => f(term.value * term.value)));
  const total = f(group.subtotal + 1.1754943508222875e-38);
  const steps = [
    { text: "sum of the window", value: total },
    { text: `sum of squares ${number(squares)} ÷ the sum`, value: f(squares / total) },
  ];
  return { formula: `sum of squares ÷ sum of the ${window}`, join: "sum", groups: [group], steps, size: f(squares / total) };
}

/** The initial maximum, as in Caffe: no smaller value wins, nor does NaN. */
const LOWEST = -3.4028234663852886e38;

function largest(query: Query, at: number[], terms: Term[], kernel: Shape): Draft {
  const best = terms.reduce((max, term) => (term.at && term.value > max ? term.value : max), LOWEST);
  const window = `${kernel.join(" × ")} window of channel ${at[1]}`;
  const groups = [{ title: `channel ${at[1]}`, bottom: 0, channel: n(at, 1), terms, subtotal: best, shape: kernel }];
  const steps = [{ text: "the largest", value: best }];
  if (!query.which) return { formula: `the largest of the ${window}`, join: "max", groups, steps, size: Math.abs(best) };
  const sizes = bottom(query).shape.slice(2);
  const index = (where: readonly number[]) => sizes.reduce((sum, size, k) => sum * size + n(where, 2 + k), 0);
  const winners = best > LOWEST ? terms.flatMap((term) => (term.at && term.value === best ? [index(term.at)] : [])) : [];
  const place = chosen(query, at, winners);
  const width = n(sizes, sizes.length - 1);
  const row = Math.floor(place / width);
  steps.push({ text: place < 0 ? "none wins: −1" : `its place: ${row} · ${width} + ${place - row * width}`, value: place });
  const line = sizes.length > 2 ? "line" : "row";
  return { formula: `where the first largest of the ${window} is, as ${line} · ${width} + column`, join: "max", groups, steps, size: 0 };
}

/** The first of the places that win. Rounding to float16 can make values equal: then the engine's choice among them. */
function chosen(query: Query, at: number[], winners: readonly number[]): number {
  const first = winners[0] ?? -1;
  if (!query.top || !bottom(query).half) return first;
  const stored = valueAt(query.top, at);
  return winners.includes(stored) ? stored : first;
}
