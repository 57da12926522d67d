// Values normalized by their neighbours: LRN, Softmax, Normalize.

import { valueAt } from "../arrays";
import { number } from "../dom";
import { canonical } from "../rules";
import type { Lrn, Normalize } from "../types";
import { bottom, f, n, param, parts, places, product, summed, type Draft, type Query, type Term } from "./terms";

export function lrnAcross(rule: Lrn, query: Query, at: number[]): Draft {
  const x = bottom(query);
  const [half, c] = [Math.floor(rule.local_size / 2), n(at, 1)];
  const terms: Term[] = [];
  for (let channel = c - half; channel <= c + half; channel++) {
    const where = channel >= 0 && channel < n(x.shape, 1) ? at.with(1, channel) : null;
    const value = where ? valueAt(x, where) : 0;
    terms.push(product(where, value, value));
  }
  const group = summed(`channels ${c - half} to ${c + half}, squared`, 0, c, terms, [terms.length]);
  const scale = f(f(rule.k) + f(f(rule.alpha / rule.local_size) * group.subtotal));
  return {
    formula: `x ÷ (k + alpha ÷ ${rule.local_size} · sum of squares)^beta`,
    join: "none",
    groups: [group],
    ...lrnSteps(group.subtotal, `k ${rule.k} + alpha ${rule.alpha} ÷ ${rule.local_size} · sum`, scale, valueAt(x, at), rule.beta),
  };
}

function lrnSteps(total: number, text: string, scale: number, value: number, beta: number): Pick<Draft, "steps" | "size"> {
  const factor = f(scale ** -beta);
  const steps = [
    { text: "sum of squares", value: total },
    { text, value: scale },
    { text: `to the power −beta = −${beta}`, value: factor },
    { text: `× x = ${number(value)}`, value: f(value * factor) },
  ];
  return { steps, size: Math.abs(value * factor) };
}

export function lrnWithin(rule: Lrn, query: Query, at: number[]): Draft {
  const x = bottom(query);
  const size = rule.local_size;
  const pad = Math.floor(size / 2);
  const corner = [n(at, 2) - pad, n(at, 3) - pad];
  const terms: Term[] = [];
  for (const tap of places([size, size])) {
    const place = corner.map((start, k) => start + n(tap, k));
    const where = place.every((i, k) => i >= 0 && i < n(x.shape, 2 + k)) ? [...at.slice(0, 2), ...place] : null;
    const value = where ? valueAt(x, where) : 0;
    terms.push(product(where, value, value));
  }
  const group = summed(`channel ${at[1]}, squared`, 0, n(at, 1), terms, [size, size]);
  const lengths = corner.map((start, k) => Math.min(start + size, n(x.shape, 2 + k) + pad) - start);
  const divisor = n(lengths, 0) * n(lengths, 1);
  const scale = f(1 + f(f(rule.alpha) * f(group.subtotal / divisor)));
  return {
    formula: "x ÷ (1 + alpha · mean of squares)^beta",
    join: "none",
    groups: [group],
    ...lrnSteps(group.subtotal, `1 + alpha ${rule.alpha} · sum ÷ ${divisor}`, scale, valueAt(x, at), rule.beta),
  };
}

export function softmax(axisGiven: number, query: Query, at: number[]): Draft {
  const x = bottom(query);
  const axis = canonical(axisGiven, x.shape);
  const line = Array.from({ length: n(x.shape, axis) }, (_, i) => at.with(axis, i));
  const max = line.reduce((best, place) => Math.max(best, valueAt(x, place)), -Infinity);
  const terms = line.map((place): Term => {
    const value = valueAt(x, place);
    return { at: place, value, factor: null, part: f(Math.exp(f(value - max))) };
  });
  const group = summed(`exp(x − ${number(max)}) of all ${line.length}`, 0, null, terms, [terms.length]);
  const own = n(parts(terms), n(at, axis));
  return {
    formula: "exp(x − max) ÷ sum of exp(x − max)",
    join: "none",
    groups: [group],
    steps: [
      { text: "sum of all", value: group.subtotal },
      { text: `its own: exp(${number(valueAt(x, at))} − ${number(max)})`, value: own },
      { text: "its own ÷ the sum", value: f(own / group.subtotal) },
    ],
    // The argument of exp is a difference: its rounding error grows with the size of both numbers.
    size: (own / group.subtotal) * (1 + Math.abs(max) + Math.abs(valueAt(x, at))),
  };
}

export function normalize(rule: Normalize, query: Query, at: number[]): Draft {
  const x = bottom(query);
  const inner = rule.across_spatial ? x.shape.slice(1) : x.shape.slice(1, 2);
  const terms = [...places(inner)].map((place): Term => {
    const where = [n(at, 0), ...place, ...at.slice(1 + inner.length)];
    const value = valueAt(x, where);
    return product(where, value, value);
  });
  const group = summed(`${terms.length} values, squared`, 0, null, terms, [terms.length]);
  const norm = f(Math.sqrt(f(group.subtotal + f(rule.eps))));
  const scale = param(query, 0).values[rule.channel_shared ? 0 : n(at, 1)] ?? NaN;
  const divided = f(valueAt(x, at) / norm);
  const steps = [
    { text: "sum of squares", value: group.subtotal },
    { text: `√(sum + ${number(rule.eps)})`, value: norm },
    { text: `x = ${number(valueAt(x, at))} ÷ that`, value: divided },
    { text: `× scale = ${number(scale)}`, value: f(divided * scale) },
  ];
  return { formula: "x ÷ √(sum of squares + eps) · scale", join: "none", groups: [group], steps, size: Math.abs(divided * scale) };
}
