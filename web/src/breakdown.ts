// The breakdown of one value: all its terms, their subtotals, and the steps from the sum to the value.
// It is computed here, in float32, from the arrays in the page, and compared with the engine's value.

import { valueAt } from "./arrays";
import { lrnAcross, lrnWithin, normalize, softmax } from "./breakdowns/normalization";
import { perChannel } from "./breakdowns/per-channel";
import { moved } from "./breakdowns/data-movement";
import { neuron } from "./breakdowns/neurons";
import { pooling } from "./breakdowns/pooling";
import { axpy, eltwise, unpool } from "./breakdowns/combination";
import { convolution, deconvolution, innerProduct, interp } from "./breakdowns/products";
import type { Draft, Query } from "./breakdowns/terms";

export interface Breakdown extends Draft {
  at: number[];
  value: number;
  stored: number | null;
  /** The largest allowed difference from the engine's value. */
  allowed: number;
  agrees: boolean | null;
}

const EPSILON = 2 ** -23;
const HALF = 2 ** -11;

/** Break down the value at `at` of the layer's top. */
export function breakDown(query: Query, at: number[]): Breakdown {
  const parts = draft(query, at);
  const value = parts.steps.at(-1)?.value ?? NaN;
  const stored = query.top ? valueAt(query.top, at) : null;
  const { size } = parts;
  const half = [...query.bottoms, ...query.params, query.top].some((tensor) => tensor?.half);
  // float32 sums in another order differ by roundings of what is added; float16 rounds every number on its way here.
  const terms = parts.groups.reduce((total, group) => total + group.terms.length, 0);
  const tolerance = half ? 3 * HALF : Math.max(1e-5, EPSILON * Math.sqrt(terms));
  const allowed = tolerance * (size + Math.abs(stored ?? 0)) + (half ? 2 ** -24 : 0);
  return { at, ...parts, value, stored, allowed, agrees: stored === null ? null : near(value, stored, allowed) };
}

function near(a: number, b: number, allowed: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  return a === b || Math.abs(a - b) <= allowed;
}

function draft(query: Query, at: number[]): Draft {
  const rule = query.layer.rule;
  switch (rule.kind) {
    case "conv":
      return convolution(rule, query, at);
    case "deconv":
      return deconvolution(rule, query, at);
    case "pool":
      return pooling(rule, query, at);
    case "inner_product":
      return innerProduct(rule, query, at);
    case "interp":
      return interp(rule, query, at);
    case "lrn":
      return rule.norm_region === "ACROSS_CHANNELS" ? lrnAcross(rule, query, at) : lrnWithin(rule, query, at);
    case "softmax":
      return softmax(rule.axis, query, at);
    case "eltwise":
      return eltwise(rule, query, at);
    case "batch_norm":
    case "bn":
    case "scale":
    case "bias":
    case "prelu":
      return perChannel(rule, query, at);
    case "axpy":
      return axpy(query, at);
    case "unpool":
      return unpool(query, at);
    case "normalize":
      return normalize(rule, query, at);
    case "neuron":
      return neuron(rule, query, at);
    default:
      return moved(rule, query, at);
  }
}
