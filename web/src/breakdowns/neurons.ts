// Functions of one value.

import { valueAt } from "../arrays";
import type { PerValue } from "../types";
import { Running } from "./running";
import { bottom, f, NoBreakdown, single, type Draft, type Query } from "./terms";

export function neuron(rule: PerValue, query: Query, at: number[]): Draft {
  const x = new Running(valueAt(bottom(query), at));
  const number = (name: string, otherwise: number): number => rule.numbers[name] ?? otherwise;
  const steps = NEURONS[rule.function];
  if (!steps) throw new NoBreakdown("the page does not know this function");
  return { formula: steps(x, number), join: "none", groups: [single(query, at)], steps: x.steps, size: x.size };
}

type Numbers = (name: string, otherwise: number) => number;

function relu(x: Running, of: Numbers): string {
  const slope = of("negative_slope", 0);
  if (!slope) x.to("max(x, 0)", Math.max(x.value, 0));
  else if (x.value > 0) x.to("unchanged, because it is above 0", x.value);
  else x.times("negative_slope, because it is not above 0", slope);
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
    if (x.value > 0) x.to("unchanged, because it is above 0", x.value);
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
    x.to(`clipped to between ${of("min", 0)} and ${of("max", 0)}`, Math.max(of("min", 0), Math.min(x.value, of("max", 0))));
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
