// The parts of a breakdown: terms, groups, and the steps from the subtotals to the value.

import { placeOf, valueAt, type Tensor } from "../arrays";
import type { Layer, Shape } from "../types";

/** One value of a bottom and its contribution; `at` is null in the padding, `factor` where nothing multiplies it. */
export interface Term {
  at: number[] | null;
  value: number;
  factor: number | null;
  part: number;
}

/** Terms with a subtotal, for instance those of one input channel; `shape` is that of their window. */
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

export interface Query {
  layer: Layer;
  bottoms: (Tensor | null)[];
  params: (Tensor | null)[];
  top: Tensor | null;
  /** The shape of the top in question, and its index among the layer's tops. */
  shape: Shape;
  which: number;
}

/** The reason why there is no breakdown. */
export class NoBreakdown extends Error {}

export const f = Math.fround;

/** A breakdown that is not yet compared with the engine's value. */
export interface Draft {
  formula: string;
  /** The reduction of the terms: a sum, or the largest. */
  join: "sum" | "max" | "none";
  groups: Group[];
  steps: Step[];
  /** The sum of the terms' magnitudes, which bounds the rounding error. */
  size: number;
}

/** The sum of the terms' magnitudes. */
export function reach(groups: readonly Group[]): number {
  let total = 0;
  for (const group of groups) for (const term of group.terms) total += Math.abs(term.part);
  return total;
}

/** The name of a bottom, without its version. */
export const called = (query: Query, index: number): string => query.layer.bottoms[index]?.replace(/@\d+$/, "") ?? "its bottom";

export function bottom(query: Query, index = 0): Tensor {
  const tensor = query.bottoms[index];
  if (!tensor) throw new NoBreakdown(`the values of ${called(query, index)} are not in this file`);
  return tensor;
}

export function param(query: Query, index: number): Tensor {
  const tensor = query.params[index];
  if (!tensor) throw new NoBreakdown("its weights are not in this file");
  return tensor;
}

export function product(at: number[] | null, value: number, factor: number): Term {
  return { at, value, factor, part: f(value * factor) };
}

export const plain = (at: number[] | null, value: number): Term => ({ at, value, factor: null, part: value });
export const added = (values: readonly number[]): number => values.reduce((total, value) => f(total + value), 0);
export const parts = (terms: Term[]): number[] => terms.map((term) => term.part);
export const subtotals = (groups: Group[]): number[] => groups.map((group) => group.subtotal);

export function summed(title: string, bottomIndex: number, channel: number | null, terms: Term[], shape: Shape): Group {
  return { title, bottom: bottomIndex, channel, terms, subtotal: added(parts(terms)), shape };
}

export const single = (query: Query, at: number[], index = 0): Group =>
  summed(called(query, index), index, at[1] ?? null, [plain(at, valueAt(bottom(query, index), at))], []);

/** Every place of a window of this many values per axis, row by row. */
export function* places(shape: Shape): Generator<number[]> {
  const total = shape.reduce((n, size) => n * size, 1);
  for (let i = 0; i < total; i++) yield placeOf(shape, i);
}

export const n = (values: readonly number[], index: number): number => values[index] as number;
