// The state of the page of two nets, and the words for their differences.

import { shortened } from "./dom";
import { costOf, type Convention } from "./rules";
import { exactFirst } from "./store";
import type { Comparison, NetSide, Pair, PairSide, Shape } from "./types";

/** follows: its own settings are the same, its inputs are not. */
export type Mark = "changed" | "follows" | "before" | "after" | "same";

export const SIGNS: Record<Mark, string> = { changed: "≠", follows: "↳", before: "−", after: "+", same: "=" };
export const MARKS = Object.keys(SIGNS) as Mark[];

export type Filter = Mark | "all" | "differs";

export interface State {
  pair: number | null;
  convention: Convention;
  search: string;
  /** The current one of the layers that match the search. */
  match: number;
  filter: Filter;
  pane: "graph" | "table" | "layer" | "weights";
}

/** The totals of a net. */
export interface Sums {
  layers: number;
  params: number;
  statistics: number;
  macs: number;
  biases: number;
  bytes: number;
}

/** In letters, of a net's name within a text. */
const MAX_LABEL_LENGTH = 60;

const OWN = new Set(["type", "settings", "wiring"]);

export function markOf(pair: Pair): Mark {
  if (!pair.before) return "after";
  if (!pair.after) return "before";
  if (!pair.differs.length) return "same";
  return pair.differs.some((aspect) => OWN.has(aspect)) ? "changed" : "follows";
}

/** "10 layers", "1 layer". */
export const layers = (n: number): string => `${n.toLocaleString("en")} ${n === 1 ? "layer" : "layers"}`;

export class CompareStore {
  state: State;
  readonly marks: Mark[];
  /** Names of the two nets, never the same. */
  readonly labels: readonly [string, string];
  readonly before: Sums;
  readonly after: Sums;
  private readonly listeners: ((state: State, before: State) => void)[] = [];

  constructor(readonly doc: Comparison) {
    this.marks = doc.pairs.map(markOf);
    this.labels = labelsOf(doc.before, doc.after);
    this.before = sums(doc.pairs.map((pair) => pair.before));
    this.after = sums(doc.pairs.map((pair) => pair.after));
    this.state = { pair: null, convention: "mac", search: "", match: 0, filter: doc.same ? "all" : "differs", pane: "table" };
  }

  on(listener: (state: State, before: State) => void): void {
    this.listeners.push(listener);
  }

  set(patch: Partial<State>): void {
    const before = this.state;
    this.state = { ...before, ...patch };
    for (const listener of this.listeners) listener(this.state, before);
  }

  open(pair: Pair): void {
    this.set({ pair: this.doc.pairs.indexOf(pair), pane: "layer" });
  }

  get pair(): Pair | null {
    return this.state.pair === null ? null : (this.doc.pairs[this.state.pair] ?? null);
  }

  mark(pair: Pair): Mark {
    return this.marks[this.doc.pairs.indexOf(pair)] as Mark;
  }

  word(mark: Mark): string {
    const [before, after] = this.labels.map((label) => shortened(label, MAX_LABEL_LENGTH));
    return { same: "unchanged", changed: "changed", follows: "follows", before: `only in ${before}`, after: `only in ${after}` }[mark];
  }

  cost(side: { macs: number; biases: number }): number {
    return costOf(side, this.state.convention);
  }

  isMatch(pair: Pair): boolean {
    const wanted = this.state.search.trim().toLowerCase();
    return !wanted || [pair.name, pair.before?.type, pair.after?.type].some((text) => text?.toLowerCase().includes(wanted));
  }

  /** The layers that match the search, one of exactly that name first. */
  get matches(): Pair[] {
    const wanted = this.state.search.trim().toLowerCase();
    return wanted ? exactFirst(this.doc.pairs.filter((pair) => this.isMatch(pair)), wanted) : [];
  }

  get match(): Pair | null {
    return this.matches[this.state.match] ?? null;
  }

  /** The rows of the table, in the order of the nets. */
  shown(): Pair[] {
    const { filter } = this.state;
    const fits = (mark: Mark): boolean => filter === "all" || (filter === "differs" ? mark !== "same" : mark === filter);
    return this.doc.pairs.filter((pair, i) => fits(this.marks[i] as Mark) && this.isMatch(pair));
  }
}

function sums(sides: (PairSide | null)[]): Sums {
  const total = { layers: 0, params: 0, statistics: 0, macs: 0, biases: 0, bytes: 0 };
  for (const side of sides) {
    if (!side) continue;
    total.layers++;
    total.params += side.paramCount;
    total.statistics += side.statistics;
    total.macs += side.macs;
    total.biases += side.biases;
    total.bytes += side.bytes;
  }
  return total;
}

/** The nets' names, or those of their files if the names are the same. */
function labelsOf(before: NetSide, after: NetSide): [string, string] {
  const base = (file: string): string => file.split(/[\\/]/).at(-1) || file;
  const ways: ((net: NetSide) => string)[] = [(net) => net.name, (net) => base(net.file), (net) => net.file];
  for (const way of ways) if (way(before) && way(after) && way(before) !== way(after)) return [way(before), way(after)];
  const name = before.name || base(before.file);
  return [`${name} (first)`, `${name} (second)`];
}

/** #conv2: a layer; #conv2@1 the second of that name. */
export const toHash = (pair: Pair | null): string =>
  pair ? `#${encodeURIComponent(pair.name).replaceAll("%2F", "/")}${pair.copy ? `@${pair.copy}` : ""}` : "";

export function fromHash(doc: Comparison, hash: string): Pair | null {
  return doc.pairs.find((pair) => toHash(pair) === hash) ?? doc.pairs.find((pair) => `#${pair.name}` === decoded(hash)) ?? null;
}

function decoded(hash: string): string {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}

/** Two texts as one: the same, one of them, or both with an arrow. */
export const moved = (before: string | undefined, after: string | undefined): string =>
  before === undefined ? (after ?? "") : after === undefined || before === after ? before : `${before || "none"} → ${after || "none"}`;

/** "Convolution 11x11/4 → 11x11/2": an unchanged type is written once; `fit` shortens long names. */
export function kind(pair: Pair, fit = (text: string): string => text): string {
  const { before, after } = pair;
  const whole = (side: PairSide | null): string | undefined => side ? fit(`${side.type} ${side.brief}`.trim()) : undefined;
  if (before && after && before.type === after.type && before.brief && after.brief) return `${fit(before.type)} ${moved(fit(before.brief), fit(after.brief))}`;
  return moved(whole(before), whole(after));
}

/** "+34,635,776 · × 2.36": the difference and the factor. */
export function difference(before: number, after: number, text: (n: number) => string): string {
  if (before === after) return "the same";
  const by = `${after > before ? "+" : "−"}${text(Math.abs(after - before))}`;
  const ratio = factor(before, after);
  return ratio ? `${by} · ${ratio}` : by;
}

/** "× 2.36"; "+1.3 %" where the change is small; nothing where one of them is 0. */
export function factor(before: number, after: number): string {
  if (!before || !after || before === after) return "";
  const ratio = after / before;
  if (ratio >= 1.5 || ratio <= 1 / 1.5) return `× ${Number(ratio.toPrecision(3))}`;
  const percent = 100 * (ratio - 1);
  return `${percent > 0 ? "+" : "−"}${Math.abs(percent) < 0.01 ? "< 0.01" : Number(Math.abs(percent).toPrecision(2))} %`;
}

export const sameShape = (a: Shape | null, b: Shape | null): boolean => JSON.stringify(a) === JSON.stringify(b);
