// Layers of several bottoms: Eltwise, Axpy, and SegNet's Upsample, whose second bottom holds positions.

import { valueAt } from "../arrays";
import type { Eltwise } from "../types";
import { added, bottom, called, f, n, plain, product, reach, subtotals, summed, type Draft, type Query } from "./terms";

export function eltwise(rule: Eltwise, query: Query, at: number[]): Draft {
  const groups = query.layer.bottoms.map((_, i) => {
    const value = valueAt(bottom(query, i), at);
    const coeff = rule.coeff[i];
    return summed(called(query, i), i, at[1] ?? null, [coeff === undefined ? plain(at, value) : product(at, value, f(coeff))], []);
  });
  const values = subtotals(groups);
  if (rule.operation === "SUM")
    return { formula: "the sum of its bottoms", join: "sum", groups, steps: [{ text: "sum", value: added(values) }], size: reach(groups) };
  if (rule.operation === "MAX")
    return { formula: "the largest of its bottoms", join: "max", groups, steps: [{ text: "the largest", value: Math.max(...values) }], size: reach(groups) };
  const value = values.reduce((total, x) => f(total * x), 1);
  return { formula: "the product of its bottoms", join: "none", groups, steps: [{ text: "product", value }], size: Math.abs(value) };
}

export function axpy(query: Query, at: number[]): Draft {
  const a = bottom(query, 0);
  const factor = valueAt(a, at.slice(0, a.shape.length).map((i, axis) => (axis < 2 ? i : 0)));
  const [x, y] = [valueAt(bottom(query, 1), at), valueAt(bottom(query, 2), at)];
  const groups = [
    summed(called(query, 1), 1, n(at, 1), [product(at, x, factor)], []),
    summed(called(query, 2), 2, n(at, 1), [plain(at, y)], []),
  ];
  return { formula: "a · x + y", join: "sum", groups, steps: [{ text: "sum", value: added(subtotals(groups)) }], size: reach(groups) };
}

/** The value whose mask entry is this position; the last one, row by row, if there are several. */
export function unpool(query: Query, at: number[]): Draft {
  const [x, mask] = [bottom(query, 0), bottom(query, 1)];
  const [height, width] = [n(x.shape, 2), n(x.shape, 3)];
  const wanted = n(at, 2) * n(query.shape, 3) + n(at, 3);
  for (let i = height * width - 1; i >= 0; i--) {
    const from = [...at.slice(0, 2), Math.floor(i / width), i % width];
    if (Math.trunc(valueAt(mask, from)) !== wanted) continue;
    const group = summed(called(query, 0), 0, n(at, 1), [plain(from, valueAt(x, from))], []);
    return { formula: "the value that the mask sends here", join: "none", groups: [group], steps: [{ text: `the mask says ${wanted}`, value: group.subtotal }], size: Math.abs(group.subtotal) };
  }
  return { formula: "the mask sends no value here", join: "none", groups: [], steps: [{ text: "0", value: 0 }], size: 0 };
}
