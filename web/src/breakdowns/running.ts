// One value, step by step.

import { number } from "../dom";
import { f, type Step } from "./terms";

/** A value that starts as x and changes step by step; `size` is the largest magnitude on the way. */
export class Running {
  readonly steps: Step[];
  size: number;
  constructor(public value: number) {
    this.steps = [{ text: "x", value }];
    this.size = Math.abs(value);
  }
  /** Takes a step to `value`; `slope` is the factor by which it scales an error. */
  to(text: string, value: number, slope = 1): this {
    this.value = f(value);
    this.size = Math.max(this.size * Math.abs(slope), Math.abs(this.value));
    this.steps.push({ text, value: this.value });
    return this;
  }
  times(name: string, factor: number): this {
    return this.to(`× ${name} = ${number(factor)}`, this.value * f(factor), factor);
  }
  plus(name: string, term: number): this {
    this.size += Math.abs(term);
    return this.to(term < 0 ? `− ${name}, ${number(-term)}` : `+ ${name} = ${number(term)}`, this.value + f(term));
  }
  minus(name: string, term: number): this {
    this.size += Math.abs(term);
    return this.to(`− ${name} = ${number(term)}`, this.value - f(term));
  }
  over(name: string, divisor: number): this {
    return this.to(`÷ ${name} = ${number(divisor)}`, this.value / divisor, 1 / divisor);
  }
}
