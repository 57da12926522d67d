// One value, step by step.

import { number } from "../dom";
import { f, type Step } from "./terms";

/** Starts with x and goes on step by step; `size` is how large what is added gets, without signs. */
export class Running {
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
