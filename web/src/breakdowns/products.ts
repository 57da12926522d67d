// Sums of products: Convolution, Deconvolution, InnerProduct, Interp.

import { valueAt } from "../arrays";
import { counted, number } from "../dom";
import { canonical, convNumbers } from "../rules";
import type { Conv, InnerProduct, Interp } from "../types";
import { added, bottom, f, n, param, places, product, reach, subtotals, summed, type Draft, type Group, type Query, type Term } from "./terms";

export function convolution(rule: Conv, query: Query, at: number[]): Draft {
  const [x, w] = [bottom(query, query.which), param(query, 0)];
  const { axis, channels, outputs, group } = convNumbers(rule, x.shape);
  const o = at[axis] as number;
  const [each, first] = [channels / group, Math.floor(o / (outputs / group)) * (channels / group)];
  const corner = at.slice(axis + 1).map((i, k) => i * n(rule.stride, k) - n(rule.pad, k));
  const groups: Group[] = [];
  for (let c = 0; c < each; c++) {
    const terms: Term[] = [];
    for (const tap of places(rule.kernel_size)) {
      const place = corner.map((start, k) => start + n(tap, k) * n(rule.dilation, k));
      const inside = place.every((i, k) => i >= 0 && i < n(x.shape, axis + 1 + k));
      const where = inside ? [...at.slice(0, axis), first + c, ...place] : null;
      terms.push(product(where, where ? valueAt(x, where) : 0, valueAt(w, [o, c, ...tap])));
    }
    groups.push(summed(`channel ${first + c}`, query.which, first + c, terms, rule.kernel_size));
  }
  const bias = rule.bias_term ? valueAt(param(query, 1), [o]) : null;
  const formula = `sum over ${counted(each, "channel")} of ${rule.kernel_size.join(" × ")} products${bias === null ? "" : ` + bias[${o}]`}`;
  return { formula, join: "sum", groups, ...withBias(groups, bias, o) };
}

function withBias(groups: Group[], bias: number | null, o: number): Pick<Draft, "steps" | "size"> {
  const total = added(subtotals(groups));
  const steps = [{ text: groups.length === 1 ? "sum of the products" : "sum of the subtotals", value: total }];
  if (bias !== null) steps.push({ text: `+ bias[${o}] = ${number(bias)}`, value: f(total + bias) });
  return { steps, size: reach(groups) + Math.abs(bias ?? 0) };
}

export function deconvolution(rule: Conv, query: Query, at: number[]): Draft {
  const [x, w] = [bottom(query, query.which), param(query, 0)];
  const { axis, channels, outputs, group } = convNumbers(rule, x.shape);
  const o = at[axis] as number;
  const [each, perGroup] = [channels / group, outputs / group];
  const first = Math.floor(o / perGroup) * each;
  const groups: Group[] = [];
  for (let c = first; c < first + each; c++) {
    const terms: Term[] = [];
    for (const tap of places(rule.kernel_size)) {
      const reached = at.slice(axis + 1).map((i, k) => (i + n(rule.pad, k) - n(tap, k) * n(rule.dilation, k)) / n(rule.stride, k));
      if (!reached.every((i, k) => Number.isInteger(i) && i >= 0 && i < n(x.shape, axis + 1 + k))) continue;
      const where = [...at.slice(0, axis), c, ...reached];
      terms.push(product(where, valueAt(x, where), valueAt(w, [c, o % perGroup, ...tap])));
    }
    groups.push(summed(`channel ${c}`, query.which, c, terms, [terms.length]));
  }
  const bias = rule.bias_term ? valueAt(param(query, 1), [o]) : null;
  return {
    formula: `sum of the inputs whose kernel reaches this place, each times its weight${bias === null ? "" : ` + bias[${o}]`}`,
    join: "sum",
    groups,
    ...withBias(groups, bias, o),
  };
}

export function innerProduct(rule: InnerProduct, query: Query, at: number[]): Draft {
  const [x, w] = [bottom(query), param(query, 0)];
  const axis = canonical(rule.axis, x.shape);
  const o = at[axis] as number;
  const inner = x.shape.slice(axis);
  const [head, rest] = inner.length > 1 ? [n(inner, 0), inner.slice(1)] : [1, inner];
  const each = rest.reduce((total, size) => total * size, 1);
  const groups: Group[] = [];
  for (let c = 0; c < head; c++) {
    const terms: Term[] = [];
    for (const place of places(rest)) {
      const where = [...at.slice(0, axis), ...(inner.length > 1 ? [c] : []), ...place];
      const k = c * each + terms.length;
      terms.push(product(where, valueAt(x, where), valueAt(w, rule.transpose ? [k, o] : [o, k])));
    }
    groups.push(summed(inner.length > 1 ? `channel ${c}` : "all inputs", 0, inner.length > 1 ? c : null, terms, rest));
  }
  const bias = rule.bias_term ? valueAt(param(query, 1), [o]) : null;
  const formula = `sum of ${counted(head * each, "product")}${bias === null ? "" : ` + bias[${o}]`}`;
  return { formula, join: "sum", groups, ...withBias(groups, bias, o) };
}

/** Up to four neighbours with their interpolation weights; the position is computed in float32, as in the layer. */
export function interp(rule: Interp, query: Query, at: number[]): Draft {
  const x = bottom(query);
  const c = n(at, 1);
  const axes = [2, 3].map((axis) => neighbours(n(at, axis), -rule.pad_beg, (x.shape[axis] ?? 1) + rule.pad_beg + rule.pad_end, n(query.shape, axis)));
  const [rows = [], columns = []] = axes;
  const terms = rows.flatMap((row) => columns.map((column): Term => {
    const where = [n(at, 0), c, row.place, column.place].slice(0, x.shape.length);
    return product(where, valueAt(x, where), f(row.near * column.near));
  }));
  const group = summed(`channel ${c}`, 0, c, terms, [rows.length, columns.length]);
  return { formula: "the neighbours, each times its interpolation weight (corners aligned)", join: "sum", groups: [group], ...withBias([group], null, 0) };
}

/** Both neighbours of place i along an axis resized from `before` values, from `start` on, to `after`; one on an exact hit. */
function neighbours(i: number, start: number, before: number, after: number): { place: number; near: number }[] {
  if (before === after) return [{ place: start + i, near: 1 }];
  const place = after > 1 ? f(f(f(before - 1) / f(after - 1)) * i) : 0;
  const low = Math.min(Math.floor(place), before - 1);
  const far = f(place - low);
  if (low === before - 1 || far === 0) return [{ place: start + low, near: 1 }];
  return [{ place: start + low, near: f(1 - far) }, { place: start + low + 1, near: far }];
}
