// The ledger of one value: every term it is made of, subtotals, the steps from their sum to the value.
// Computed here, in float32, from what the page holds; then held against the value that the engine gave.

import { placeOf, valueAt, type Tensor } from "./arrays";
import { canonical, convNumbers, poolWindow } from "./rules";
import type { Conv, Layer, Lrn, Normalize, PerValue, Pool, Rule, Shape } from "./types";

/** One value of a bottom and what it adds; `at` is null in the padding, `factor` where nothing multiplies it. */
export interface Term {
  at: number[] | null;
  value: number;
  factor: number | null;
  part: number;
}

/** Terms with a subtotal, such as those of one input channel; `shape` lays them out as their window is. */
export interface Group {
  title: string;
  /** Which bottom, and which of its maps. */
  bottom: number;
  channel: number | null;
  terms: Term[];
  subtotal: number;
  shape: Shape;
}

export interface Step {
  text: string;
  value: number;
}

export interface Ledger {
  at: number[];
  formula: string;
  /** How the terms come together: a sum, or the largest. */
  join: "sum" | "max" | "none";
  groups: Group[];
  steps: Step[];
  value: number;
  stored: number | null;
  /** The sum of what the terms add, without signs: rounding goes by that. */
  size: number;
  /** How far from the engine's value it may be, and why. */
  allowed: number;
  agrees: boolean | null;
}

export interface Seen {
  layer: Layer;
  bottoms: (Tensor | null)[];
  params: (Tensor | null)[];
  top: Tensor | null;
  /** The shape of the top that was asked about, and which of the tops it is. */
  shape: Shape;
  which: number;
}

/** Why there is no ledger. */
export class NoLedger extends Error {}

const f = Math.fround;
const EPSILON = 2 ** -23;
const HALF = 2 ** -11;

interface Draft {
  formula: string;
  join: Ledger["join"];
  groups: Group[];
  steps: Step[];
  size: number;
}

/** How the layer makes the value at `at` of its top. */
export function ledger(seen: Seen, at: number[]): Ledger {
  const draft = account(seen, at);
  const value = draft.steps.at(-1)?.value ?? NaN;
  const stored = seen.top ? valueAt(seen.top, at) : null;
  const { size } = draft;
  const half = [...seen.bottoms, ...seen.params, seen.top].some((tensor) => tensor?.half);
  // float32 sums in another order differ by roundings of what is added; float16 rounds every number on its way here.
  const terms = draft.groups.reduce((total, group) => total + group.terms.length, 0);
  const loose = half ? 3 * HALF : Math.max(1e-5, EPSILON * Math.sqrt(terms));
  const allowed = loose * (size + Math.abs(stored ?? 0)) + (half ? 2 ** -24 : 0);
  return { at, ...draft, value, stored, allowed, agrees: stored === null ? null : near(value, stored, allowed) };
}

/** The sum of what the terms add, without signs. */
function reach(groups: readonly Group[]): number {
  let total = 0;
  for (const group of groups) for (const term of group.terms) total += Math.abs(term.part);
  return total;
}

function near(a: number, b: number, allowed: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  return a === b || Math.abs(a - b) <= allowed;
}

function account(seen: Seen, at: number[]): Draft {
  const rule = seen.layer.rule;
  switch (rule.kind) {
    case "conv":
      return convolution(rule, seen, at);
    case "deconv":
      return deconvolution(rule, seen, at);
    case "pool":
      return pooling(rule, seen, at);
    case "inner_product":
      return innerProduct(rule, seen, at);
    case "lrn":
      return rule.norm_region === "ACROSS_CHANNELS" ? lrnAcross(rule, seen, at) : lrnWithin(rule, seen, at);
    case "softmax":
      return softmax(rule.axis, seen, at);
    case "eltwise":
      return eltwise(rule, seen, at);
    case "batch_norm":
    case "bn":
    case "scale":
    case "bias":
    case "prelu":
      return perChannel(rule, seen, at);
    case "axpy":
      return axpy(seen, at);
    case "unpool":
      return unpool(seen, at);
    case "normalize":
      return normalize(rule, seen, at);
    case "neuron":
      return neuron(rule, seen, at);
    default:
      return moved(rule, seen, at);
  }
}

function bottom(seen: Seen, index = 0): Tensor {
  const tensor = seen.bottoms[index];
  if (!tensor) throw new NoLedger(`the values of ${seen.layer.bottoms[index] ?? "its bottom"} are not in this file`);
  return tensor;
}

function param(seen: Seen, index: number): Tensor {
  const tensor = seen.params[index];
  if (!tensor) throw new NoLedger("its weights are not in this file");
  return tensor;
}

function product(at: number[] | null, value: number, factor: number): Term {
  return { at, value, factor, part: f(value * factor) };
}

const plain = (at: number[] | null, value: number): Term => ({ at, value, factor: null, part: value });
const added = (values: readonly number[]): number => values.reduce((total, value) => f(total + value), 0);
const parts = (terms: Term[]): number[] => terms.map((term) => term.part);
const subtotals = (groups: Group[]): number[] => groups.map((group) => group.subtotal);

function summed(title: string, bottomIndex: number, channel: number | null, terms: Term[], shape: Shape): Group {
  return { title, bottom: bottomIndex, channel, terms, subtotal: added(parts(terms)), shape };
}

const single = (seen: Seen, at: number[], index = 0): Group =>
  summed(seen.layer.bottoms[index] ?? "", index, at[1] ?? null, [plain(at, valueAt(bottom(seen, index), at))], []);

/** Every place of a window of this many values per axis, row by row. */
function* places(shape: Shape): Generator<number[]> {
  const total = shape.reduce((n, size) => n * size, 1);
  for (let i = 0; i < total; i++) yield placeOf(shape, i);
}

function convolution(rule: Conv, seen: Seen, at: number[]): Draft {
  const [x, w] = [bottom(seen, seen.which), param(seen, 0)];
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
    groups.push(summed(`channel ${first + c}`, seen.which, first + c, terms, rule.kernel_size));
  }
  const bias = rule.bias_term ? valueAt(param(seen, 1), [o]) : null;
  const formula = `sum over ${each} channels of ${rule.kernel_size.join(" × ")} products${bias === null ? "" : ` + bias[${o}]`}`;
  return { formula, join: "sum", groups, ...withBias(groups, bias, o) };
}

const n = (values: readonly number[], index: number): number => values[index] as number;

function withBias(groups: Group[], bias: number | null, o: number): Pick<Draft, "steps" | "size"> {
  const total = added(subtotals(groups));
  const steps = [{ text: "sum of the subtotals", value: total }];
  if (bias !== null) steps.push({ text: `+ bias[${o}] = ${number(bias)}`, value: f(total + bias) });
  return { steps, size: reach(groups) + Math.abs(bias ?? 0) };
}

function deconvolution(rule: Conv, seen: Seen, at: number[]): Draft {
  const [x, w] = [bottom(seen, seen.which), param(seen, 0)];
  const { axis, channels, outputs, group } = convNumbers(rule, x.shape);
  const o = at[axis] as number;
  const [each, makes] = [channels / group, outputs / group];
  const first = Math.floor(o / makes) * each;
  const groups: Group[] = [];
  for (let c = first; c < first + each; c++) {
    const terms: Term[] = [];
    for (const tap of places(rule.kernel_size)) {
      const reached = at.slice(axis + 1).map((i, k) => (i + n(rule.pad, k) - n(tap, k) * n(rule.dilation, k)) / n(rule.stride, k));
      if (!reached.every((i, k) => Number.isInteger(i) && i >= 0 && i < n(x.shape, axis + 1 + k))) continue;
      const where = [...at.slice(0, axis), c, ...reached];
      terms.push(product(where, valueAt(x, where), valueAt(w, [c, o % makes, ...tap])));
    }
    groups.push(summed(`channel ${c}`, seen.which, c, terms, [terms.length]));
  }
  const bias = rule.bias_term ? valueAt(param(seen, 1), [o]) : null;
  return {
    formula: `sum of the inputs whose stamp reaches here, each times its tap${bias === null ? "" : ` + bias[${o}]`}`,
    join: "sum",
    groups,
    ...withBias(groups, bias, o),
  };
}

function pooling(rule: Pool, seen: Seen, at: number[]): Draft {
  if (seen.which) throw new NoLedger("this top holds positions, not values");
  const x = bottom(seen);
  const { kernel, stride, pad } = poolWindow(rule, x.shape);
  const corner = [0, 1].map((k) => n(at, 2 + k) * n(stride, k) - n(pad, k));
  const terms: Term[] = [];
  for (const tap of places(kernel)) {
    const place = corner.map((start, k) => start + n(tap, k));
    const inside = place.every((i, k) => i >= 0 && i < n(x.shape, 2 + k));
    const where = inside ? [...at.slice(0, 2), ...place] : null;
    terms.push(plain(where, where ? valueAt(x, where) : 0));
  }
  const inside = terms.filter((term) => term.at);
  const window = `${kernel.join(" × ")} window of channel ${at[1]}`;
  if (rule.pool === "MAX") {
    const best = inside.reduce((most, term) => (term.value > most ? term.value : most), -3.4028234663852886e38);
    const group = { title: `channel ${at[1]}`, bottom: 0, channel: n(at, 1), terms, subtotal: best, shape: kernel };
    return { formula: `the largest of the ${window}`, join: "max", groups: [group], steps: [{ text: "the largest", value: best }], size: Math.abs(best) };
  }
  const group = summed(`channel ${at[1]}`, 0, n(at, 1), terms, kernel);
  if (rule.pool === "AVE") {
    const lengths = [0, 1].map((k) => Math.max(Math.min(n(corner, k) + n(kernel, k), n(x.shape, 2 + k) + n(pad, k)) - n(corner, k), 1));
    const divisor = n(lengths, 0) * n(lengths, 1);
    const steps = [
      { text: "sum of the window", value: group.subtotal },
      { text: `÷ ${lengths.join(" × ")} = ${divisor} (padding counted)`, value: f(group.subtotal / divisor) },
    ];
    return { formula: `the average of the ${window}`, join: "sum", groups: [group], steps, size: reach([group]) / divisor };
  }
  const squares = added(inside.map((term) => f(term.value * term.value)));
  const total = f(group.subtotal + 1.1754943508222875e-38);
  const steps = [
    { text: "sum of the window", value: total },
    { text: `sum of squares ${number(squares)} ÷ the sum`, value: f(squares / total) },
  ];
  return { formula: `sum of squares ÷ sum of the ${window}`, join: "sum", groups: [group], steps, size: f(squares / total) };
}

function innerProduct(rule: Extract<Rule, { kind: "inner_product" }>, seen: Seen, at: number[]): Draft {
  const [x, w] = [bottom(seen), param(seen, 0)];
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
  const bias = rule.bias_term ? valueAt(param(seen, 1), [o]) : null;
  const formula = `sum of ${head * each} products${bias === null ? "" : ` + bias[${o}]`}`;
  return { formula, join: "sum", groups, ...withBias(groups, bias, o) };
}

function lrnAcross(rule: Lrn, seen: Seen, at: number[]): Draft {
  const x = bottom(seen);
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

function lrnWithin(rule: Lrn, seen: Seen, at: number[]): Draft {
  const x = bottom(seen);
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

function softmax(axisGiven: number, seen: Seen, at: number[]): Draft {
  const x = bottom(seen);
  const axis = canonical(axisGiven, x.shape);
  const line = Array.from({ length: n(x.shape, axis) }, (_, i) => at.with(axis, i));
  const most = line.reduce((best, place) => Math.max(best, valueAt(x, place)), -Infinity);
  const terms = line.map((place): Term => {
    const value = valueAt(x, place);
    return { at: place, value, factor: null, part: f(Math.exp(f(value - most))) };
  });
  const group = summed(`exp(x − ${number(most)}) of all ${line.length}`, 0, null, terms, [terms.length]);
  const own = n(parts(terms), n(at, axis));
  return {
    formula: "exp(x − max) ÷ sum of exp(x − max)",
    join: "none",
    groups: [group],
    steps: [
      { text: "sum of all", value: group.subtotal },
      { text: `its own: exp(${number(valueAt(x, at))} − ${number(most)})`, value: own },
      { text: "its own ÷ the sum", value: f(own / group.subtotal) },
    ],
    // What goes into exp is a difference: its rounding goes by how large both are.
    size: (own / group.subtotal) * (1 + Math.abs(most) + Math.abs(valueAt(x, at))),
  };
}

function eltwise(rule: Extract<Rule, { kind: "eltwise" }>, seen: Seen, at: number[]): Draft {
  const groups = seen.layer.bottoms.map((id, i) => {
    const value = valueAt(bottom(seen, i), at);
    const coeff = rule.coeff[i];
    return summed(id, i, at[1] ?? null, [coeff === undefined ? plain(at, value) : product(at, value, f(coeff))], []);
  });
  const values = subtotals(groups);
  if (rule.operation === "SUM")
    return { formula: "the sum of its bottoms", join: "sum", groups, steps: [{ text: "sum", value: added(values) }], size: reach(groups) };
  if (rule.operation === "MAX")
    return { formula: "the largest of its bottoms", join: "max", groups, steps: [{ text: "the largest", value: Math.max(...values) }], size: reach(groups) };
  const value = values.reduce((total, x) => f(total * x), 1);
  return { formula: "the product of its bottoms", join: "none", groups, steps: [{ text: "product", value }], size: Math.abs(value) };
}

function axpy(seen: Seen, at: number[]): Draft {
  const a = bottom(seen, 0);
  const factor = valueAt(a, at.slice(0, a.shape.length).map((i, axis) => (axis < 2 ? i : 0)));
  const [x, y] = [valueAt(bottom(seen, 1), at), valueAt(bottom(seen, 2), at)];
  const groups = [
    summed(seen.layer.bottoms[1] ?? "x", 1, n(at, 1), [product(at, x, factor)], []),
    summed(seen.layer.bottoms[2] ?? "y", 2, n(at, 1), [plain(at, y)], []),
  ];
  return { formula: "a · x + y", join: "sum", groups, steps: [{ text: "sum", value: added(subtotals(groups)) }], size: reach(groups) };
}

/** The last value, in the order of rows, that the mask sends here. */
function unpool(seen: Seen, at: number[]): Draft {
  const [x, mask] = [bottom(seen, 0), bottom(seen, 1)];
  const [height, width] = [n(x.shape, 2), n(x.shape, 3)];
  const wanted = n(at, 2) * n(seen.shape, 3) + n(at, 3);
  for (let i = height * width - 1; i >= 0; i--) {
    const from = [...at.slice(0, 2), Math.floor(i / width), i % width];
    if (Math.trunc(valueAt(mask, from)) !== wanted) continue;
    const group = summed(seen.layer.bottoms[0] ?? "", 0, n(at, 1), [plain(from, valueAt(x, from))], []);
    return { formula: "the value that the mask sends here", join: "none", groups: [group], steps: [{ text: `the mask says ${wanted}`, value: group.subtotal }], size: Math.abs(group.subtotal) };
  }
  return { formula: "the mask sends no value here", join: "none", groups: [], steps: [{ text: "0", value: 0 }], size: 0 };
}

function normalize(rule: Normalize, seen: Seen, at: number[]): Draft {
  const x = bottom(seen);
  const inner = rule.across_spatial ? x.shape.slice(1) : x.shape.slice(1, 2);
  const terms = [...places(inner)].map((place): Term => {
    const where = [n(at, 0), ...place, ...at.slice(1 + inner.length)];
    const value = valueAt(x, where);
    return product(where, value, value);
  });
  const group = summed(`${terms.length} values, squared`, 0, null, terms, [terms.length]);
  const norm = f(Math.sqrt(f(group.subtotal + f(rule.eps))));
  const scale = param(seen, 0).values[rule.channel_shared ? 0 : n(at, 1)] ?? NaN;
  const divided = f(valueAt(x, at) / norm);
  const steps = [
    { text: "sum of squares", value: group.subtotal },
    { text: `√(sum + ${number(rule.eps)})`, value: norm },
    { text: `x = ${number(valueAt(x, at))} ÷ that`, value: divided },
    { text: `× scale = ${number(scale)}`, value: f(divided * scale) },
  ];
  return { formula: "x ÷ √(sum of squares + eps) · scale", join: "none", groups: [group], steps, size: Math.abs(divided * scale) };
}

/** Starts with x and goes on step by step; `size` is how large what is added gets, without signs. */
class Running {
  readonly steps: Step[];
  size: number;
  constructor(public value: number) {
    this.steps = [{ text: "x", value }];
    this.size = Math.abs(value);
  }
  /** `slope` is how much of an error before this step is left after it. */
  to(text: string, value: number, slope = 1): this {
    this.value = f(value);
    this.size = Math.max(this.size * Math.abs(slope), Math.abs(this.value));
    this.steps.push({ text, value: this.value });
    return this;
  }
  times(what: string, factor: number): this {
    return this.to(`× ${what} = ${number(factor)}`, this.value * f(factor), factor);
  }
  plus(what: string, term: number): this {
    this.size += Math.abs(term);
    return this.to(term < 0 ? `− ${what}, ${number(-term)}` : `+ ${what} = ${number(term)}`, this.value + f(term));
  }
  minus(what: string, term: number): this {
    this.size += Math.abs(term);
    return this.to(`− ${what} = ${number(term)}`, this.value - f(term));
  }
  over(what: string, divisor: number): this {
    return this.to(`÷ ${what} = ${number(divisor)}`, this.value / divisor, 1 / divisor);
  }
}

function perChannel(rule: Rule, seen: Seen, at: number[]): Draft {
  const x = new Running(valueAt(bottom(seen), at));
  const c = n(at, 1);
  const formula = CHANNEL[rule.kind]?.(rule, seen, at, x, c) ?? "";
  return { formula, join: "none", groups: [single(seen, at)], steps: x.steps, size: x.size };
}

type Account = (rule: Rule, seen: Seen, at: number[], x: Running, c: number) => string;

const CHANNEL: Partial<Record<Rule["kind"], Account>> = {
  batch_norm(rule, seen, _at, x, c) {
    if (rule.kind !== "batch_norm") return "";
    if (!rule.use_global_stats) throw new NoLedger("it takes its mean and variance from the whole batch");
    const factor = valueAt(param(seen, 2), [0]);
    const scale = factor ? f(1 / factor) : 0;
    const [mean, variance] = [f(valueAt(param(seen, 0), [c]) * scale), f(valueAt(param(seen, 1), [c]) * scale)];
    const deviation = f(Math.sqrt(f(variance + f(rule.eps))));
    x.minus(`mean[${c}]`, mean).over(`√(variance[${c}] ${number(variance)} + eps)`, deviation);
    return "(x − mean) ÷ √(variance + eps)";
  },
  bn(rule, seen, _at, x, c) {
    if (rule.kind !== "bn") return "";
    if (rule.learns) throw new NoLedger("it takes its mean and variance from the whole batch");
    const value = (i: number): number => param(seen, i).values[c] ?? NaN;
    if (rule.arrays === 4) {
      const deviation = f(Math.sqrt(f(value(3) + f(rule.eps))));
      x.minus(`mean[${c}]`, value(2)).over(`√(variance[${c}] ${number(value(3))} + eps)`, deviation);
    }
    x.times(`slope[${c}]`, value(0)).plus(`bias[${c}]`, value(1));
    return rule.arrays === 4 ? "(x − mean) ÷ √(variance + eps) · slope + bias" : "x · slope + bias";
  },
  scale(rule, seen, at, x) {
    if (rule.kind !== "scale") return "";
    const learned = seen.layer.bottoms.length === 1;
    const factor = learned ? param(seen, 0) : bottom(seen, 1);
    x.times("factor", along(factor, rule.axis, at));
    if (rule.bias_term) x.plus("offset", along(param(seen, learned ? 1 : 0), rule.axis, at));
    return rule.bias_term ? "x · factor + offset" : "x · factor";
  },
  bias(rule, seen, at, x) {
    if (rule.kind !== "bias") return "";
    x.plus("offset", along(seen.layer.bottoms.length === 1 ? param(seen, 0) : bottom(seen, 1), rule.axis, at));
    return "x + offset";
  },
  prelu(rule, seen, _at, x, c) {
    if (rule.kind !== "prelu") return "";
    if (x.value > 0) x.to("stays, for it is above 0", x.value);
    else x.times("slope, for it is not above 0", param(seen, 0).values[rule.channel_shared ? 0 : c] ?? NaN);
    return "x above 0, else x · slope";
  },
};

/** The value of a small array that lies along the axes of `at` from `axis` on. */
function along(operand: Tensor, axis: number, at: number[]): number {
  const start = axis < 0 ? axis + at.length : axis;
  return operand.shape.length ? valueAt(operand, at.slice(start, start + operand.shape.length)) : (operand.values[0] ?? NaN);
}

function neuron(rule: PerValue, seen: Seen, at: number[]): Draft {
  const x = new Running(valueAt(bottom(seen), at));
  const number = (name: string, otherwise: number): number => rule.numbers[name] ?? otherwise;
  const make = NEURONS[rule.function];
  if (!make) throw new NoLedger("the page does not know this function");
  return { formula: make(x, number), join: "none", groups: [single(seen, at)], steps: x.steps, size: x.size };
}

type Numbers = (name: string, otherwise: number) => number;

function relu(x: Running, of: Numbers): string {
  const slope = of("negative_slope", 0);
  if (!slope) x.to("max(x, 0)", Math.max(x.value, 0));
  else if (x.value > 0) x.to("stays, for it is above 0", x.value);
  else x.times("negative_slope, for it is not above 0", slope);
  return slope ? `x above 0, else ${slope} · x` : "max(x, 0)";
}

function logistic(x: Running): void {
  x.to("1 ÷ (1 + exp(−x))", 0.5 * Math.tanh(0.5 * x.value) + 0.5);
}

const NEURONS: Partial<Record<PerValue["function"], (x: Running, of: Numbers) => string>> = {
  ReLU: relu,
  ReLU6(x, of) {
    const formula = relu(x, of);
    x.to("min(x, 6)", Math.min(x.value, 6));
    return `min(${formula}, 6)`;
  },
  ELU(x, of) {
    if (x.value > 0) x.to("stays, for it is above 0", x.value);
    else x.to("exp(x) − 1", Math.expm1(x.value)).times("alpha", of("alpha", 1));
    return "x above 0, else alpha · (exp(x) − 1)";
  },
  Sigmoid(x) {
    logistic(x);
    return "1 ÷ (1 + exp(−x))";
  },
  TanH(x) {
    x.to("tanh(x)", Math.tanh(x.value));
    return "tanh(x)";
  },
  Swish(x, of) {
    const value = x.value;
    x.times("beta", of("beta", 1));
    logistic(x);
    x.times("x", value);
    return "x ÷ (1 + exp(−beta · x))";
  },
  AbsVal(x) {
    x.to("|x|", Math.abs(x.value));
    return "|x|";
  },
  BNLL(x) {
    x.to("log(1 + exp(x))", Math.max(x.value, 0) + Math.log1p(Math.exp(-Math.abs(x.value))));
    return "log(1 + exp(x))";
  },
  Threshold(x, of) {
    x.to(`1 above ${of("threshold", 0)}, else 0`, x.value > f(of("threshold", 0)) ? 1 : 0);
    return "1 above the threshold, else 0";
  },
  Clip(x, of) {
    x.to(`held between ${of("min", 0)} and ${of("max", 0)}`, Math.max(of("min", 0), Math.min(x.value, of("max", 0))));
    return "max(min(x, max), min)";
  },
  Power(x, of) {
    const [power, scale, shift] = [of("power", 1), of("scale", 1), of("shift", 0)];
    x.times("scale", scale).plus("shift", shift);
    if (power !== 1) x.to(`to the power ${power}`, x.value ** power, power * x.value ** (power - 1));
    return "(shift + scale · x)^power";
  },
  Exp(x, of) {
    const base = of("base", -1);
    const log = base === -1 ? 1 : Math.log(base);
    x.to("(shift + scale · x) · log(base)", (of("shift", 0) + of("scale", 1) * x.value) * log, of("scale", 1) * log).to("exp", Math.exp(x.value), Math.exp(x.value));
    return "base^(shift + scale · x)";
  },
  Log(x, of) {
    const base = of("base", -1);
    x.times("scale", of("scale", 1)).plus("shift", of("shift", 0)).to("log", Math.log(x.value), 1 / x.value);
    if (base !== -1) x.over(`log(${base})`, Math.log(base));
    return "log(shift + scale · x)";
  },
};

/** Values that only move: where the value stood. */
function moved(rule: Rule, seen: Seen, at: number[]): Draft {
  const from = origin(rule, seen, at);
  const value = valueAt(bottom(seen, from.bottom), from.at);
  const id = seen.layer.bottoms[from.bottom] ?? "";
  const group = summed(id, from.bottom, from.at[1] ?? null, [plain(from.at, value)], []);
  const text = `${id}[${from.at.join(", ")}], as it is`;
  return { formula: "the value does not change", join: "none", groups: [group], steps: [{ text, value }], size: Math.abs(value) };
}

function origin(rule: Rule, seen: Seen, at: number[]): { bottom: number; at: number[] } {
  switch (rule.kind) {
    case "like":
      return { bottom: 0, at };
    case "concat": {
      const axis = canonical(rule.axis, seen.shape);
      let i = n(at, axis);
      for (let index = 0; index < seen.bottoms.length; index++) {
        const length = n(bottom(seen, index).shape, axis);
        if (i < length) return { bottom: index, at: at.with(axis, i) };
        i -= length;
      }
      break;
    }
    case "slice": {
      const x = bottom(seen);
      const axis = canonical(rule.axis, x.shape);
      const even = (n(x.shape, axis) / seen.layer.tops.length) * seen.which;
      const start = seen.which === 0 ? 0 : (rule.slice_point[seen.which - 1] ?? even);
      return { bottom: 0, at: at.with(axis, n(at, axis) + start) };
    }
    case "flatten":
    case "reshape": {
      const index = seen.shape.reduce((offset, size, axis) => offset * size + n(at, axis), 0);
      return { bottom: 0, at: placeOf(bottom(seen).shape, index) };
    }
    case "permute": {
      const shape = bottom(seen).shape;
      const axes = [...rule.order, ...shape.map((_, axis) => axis).filter((axis) => !rule.order.includes(axis))];
      return { bottom: 0, at: shape.map((_, axis) => n(at, axes.indexOf(axis))) };
    }
    case "crop": {
      const start = canonical(rule.axis, bottom(seen).shape);
      return { bottom: 0, at: at.map((i, axis) => (axis < start ? i : i + (rule.offset[rule.offset.length > 1 ? axis - start : 0] ?? 0))) };
    }
    case "shuffle": {
      const each = n(seen.shape, 1) / rule.group;
      const c = (n(at, 1) % rule.group) * each + Math.floor(n(at, 1) / rule.group);
      return { bottom: 0, at: at.with(1, c).slice(0, bottom(seen).shape.length) };
    }
    case "upsample":
      return { bottom: 0, at: at.map((i, axis) => (axis < 2 ? i : Math.floor(i / rule.scale))) };
    case "input":
      throw new NoLedger("an input of the net: the value is what was given");
  }
  throw new NoLedger(`the page does not know how ${seen.layer.type} makes its values`);
}

/** A number as people read it: 6 digits that count. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e7) ? value.toExponential(4) : String(Number(value.toPrecision(6)));
  return text.replace("-", "−");
}
