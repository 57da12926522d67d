// The ledger of one value: every term it is made of, subtotals, the steps from their sum to the value.
// Computed here, in float32, from what the page holds; then held against the value that the engine gave.

import { valueAt } from "./arrays";
import { lrnAcross, lrnWithin, normalize, softmax } from "./ledgers/beside";
import { perChannel } from "./ledgers/channel";
import { moved } from "./ledgers/moved";
import { neuron } from "./ledgers/neuron";
import { pooling } from "./ledgers/pool";
import { axpy, eltwise, unpool } from "./ledgers/several";
import { convolution, deconvolution, innerProduct, interp } from "./ledgers/sums";
import type { Draft, Seen } from "./ledgers/terms";

export interface Ledger extends Draft {
  at: number[];
  value: number;
  stored: number | null;
  /** How far from the engine's value it may be, and why. */
  allowed: number;
  agrees: boolean | null;
}

const EPSILON = 2 ** -23;
const HALF = 2 ** -11;

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
    case "interp":
      return interp(rule, seen, at);
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
