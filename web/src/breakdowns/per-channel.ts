// Layers with parameters per channel: BatchNorm, BN, Scale, Bias, PReLU.

import { valueAt, type Tensor } from "../arrays";
import { number } from "../dom";
import type { Rule } from "../types";
import { Running } from "./running";
import { bottom, f, n, param, single, type Draft, type Query } from "./terms";

export function perChannel(rule: Rule, query: Query, at: number[]): Draft {
  const x = new Running(valueAt(bottom(query), at));
  const c = n(at, 1);
  const formula = CHANNEL[rule.kind]?.(rule, query, at, x, c) ?? "";
  return { formula, join: "none", groups: [single(query, at)], steps: x.steps, size: x.size };
}

type Steps = (rule: Rule, query: Query, at: number[], x: Running, c: number) => string;

const CHANNEL: Partial<Record<Rule["kind"], Steps>> = {
  batch_norm(rule, query, _at, x, c) {
    if (rule.kind !== "batch_norm") return "";
    const tail = rule.affine ? (rule.affine > 1 ? " · scale + bias" : " · scale") : "";
    const learned = (): void => {
      if (rule.affine > 0) x.times(`scale[${c}]`, valueAt(param(query, 3), [c]));
      if (rule.affine > 1) x.plus(`bias[${c}]`, valueAt(param(query, 4), [c]));
    };
    if (!rule.use_global_stats) {
      const normalized = byBatch(query, x, c, rule.eps);
      learned();
      return normalized + tail;
    }
    const factor = valueAt(param(query, 2), [0]);
    const scale = factor ? f(1 / factor) : rule.affine ? 1 : 0;
    const [mean, variance] = [f(valueAt(param(query, 0), [c]) * scale), f(valueAt(param(query, 1), [c]) * scale)];
    const deviation = f(Math.sqrt(f(variance + f(rule.eps))));
    x.minus(`mean[${c}]`, mean).over(`√(variance[${c}] ${number(variance)} + eps)`, deviation);
    learned();
    return `(x − mean) ÷ √(variance + eps)${tail}`;
  },
  bn(rule, query, _at, x, c) {
    if (rule.kind !== "bn") return "";
    const value = (i: number): number => param(query, i).values[c] ?? NaN;
    const normalized = rule.learns ? byBatch(query, x, c, rule.eps) : rule.arrays === 4 ? "(x − mean) ÷ √(variance + eps)" : "x";
    if (rule.arrays === 4 && !rule.learns) {
      const deviation = f(Math.sqrt(f(value(3) + f(rule.eps))));
      x.minus(`mean[${c}]`, value(2)).over(`√(variance[${c}] ${number(value(3))} + eps)`, deviation);
    }
    x.times(`slope[${c}]`, value(0)).plus(`bias[${c}]`, value(1));
    return `${normalized} · slope + bias`;
  },
  scale(rule, query, at, x) {
    if (rule.kind !== "scale") return "";
    const learned = query.layer.bottoms.length === 1;
    const factor = learned ? param(query, 0) : bottom(query, 1);
    x.times("factor", along(factor, rule.axis, at));
    if (rule.bias_term) x.plus("offset", along(param(query, learned ? 1 : 0), rule.axis, at));
    return rule.bias_term ? "x · factor + offset" : "x · factor";
  },
  bias(rule, query, at, x) {
    if (rule.kind !== "bias") return "";
    x.plus("offset", along(query.layer.bottoms.length === 1 ? param(query, 0) : bottom(query, 1), rule.axis, at));
    return "x + offset";
  },
  prelu(rule, query, _at, x, c) {
    if (rule.kind !== "prelu") return "";
    if (x.value > 0) x.to("unchanged, because it is above 0", x.value);
    else x.times("slope, because it is not above 0", param(query, 0).values[rule.channel_shared ? 0 : c] ?? NaN);
    return "x above 0, else x · slope";
  },
};

/** The value of a small array that lies along the axes of `at` from `axis` on. */
function along(operand: Tensor, axis: number, at: number[]): number {
  const start = axis < 0 ? axis + at.length : axis;
  return operand.shape.length ? valueAt(operand, at.slice(start, start + operand.shape.length)) : (operand.values[0] ?? NaN);
}

/** Normalizes by the batch: its values are too many to list, so the steps show their number, mean and variance. */
function byBatch(query: Query, x: Running, c: number, eps: number): string {
  const { mean, variance, count } = moments(bottom(query), c);
  x.minus(`mean of the channel's ${count} values in the batch`, mean);
  x.over(`√(their variance ${number(variance)} + eps)`, f(Math.sqrt(f(variance + f(eps)))));
  return "(x − mean) ÷ √(variance + eps) of the batch";
}

/** The moments of channel c over all images. The variance is the mean of squared distances, as in the engine. */
function moments({ shape, values }: Tensor, c: number): { mean: number; variance: number; count: number } {
  const [images, channels] = [n(shape, 0), n(shape, 1)];
  const each = shape.slice(2).reduce((product, size) => product * size, 1);
  const over = (of: (value: number) => number): number => {
    let total = 0;
    for (let image = 0; image < images; image++) {
      const start = (image * channels + c) * each;
      for (let i = start; i < start + each; i++) total += of(values[i] ?? NaN);
    }
    return total / (images * each);
  };
  const mean = over((value) => value);
  return { mean: f(mean), variance: f(over((value) => (value - mean) ** 2)), count: images * each };
}
