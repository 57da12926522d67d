// The state of the page: the layer and value on view, and the edits; views redraw when it changes.

import { compute, show, type Computed, type Convention } from "./rules";
import type { BlobId, Layer, Report, Rule } from "./types";

export interface State {
  layer: number | null;
  /** Which of the layer's tops, and the place in it: N, C, Y, X or as many axes as it has. */
  which: number;
  at: number[] | null;
  edits: ReadonlyMap<number, Rule>;
  convention: Convention;
  search: string;
  /** The current one of the layers that match the search. */
  match: number;
  pane: "graph" | "table" | "layer";
  /** Grows with every layer that is opened, so that its value is scrolled into view. */
  opened: number;
  /** The fault of the link that was followed. */
  problem: Problem | null;
}

export interface Problem {
  text: string;
  /** Layers that may be meant. */
  near: Layer[];
}

export class Store {
  state: State = { layer: null, which: 0, at: null, edits: new Map(), convention: "mac", search: "", match: 0, pane: "table", opened: 0, problem: null };
  /** The net of the file, and the net with the edits. */
  readonly original: Computed;
  now: Computed;
  readonly makers = new Map<BlobId, Layer>();
  private readonly listeners: ((state: State, before: State) => void)[] = [];

  constructor(readonly report: Report) {
    this.original = compute(report);
    this.now = this.original;
    for (const layer of report.layers) for (const top of layer.tops) this.makers.set(top, layer);
  }

  on(listener: (state: State, before: State) => void): void {
    this.listeners.push(listener);
  }

  set(patch: Partial<State>): void {
    const before = this.state;
    this.state = { ...before, ...patch };
    if (this.state.edits !== before.edits) this.now = compute(this.report, this.state.edits);
    for (const listener of this.listeners) listener(this.state, before);
  }

  get layer(): Layer | null {
    return this.state.layer === null ? null : (this.report.layers[this.state.layer] ?? null);
  }

  /** The layers that match the search, one of exactly that name first. */
  get matches(): Layer[] {
    const wanted = this.state.search.trim().toLowerCase();
    return wanted ? exactFirst(this.report.layers.filter((layer) => isMatch(layer, wanted)), wanted) : [];
  }

  get match(): Layer | null {
    return this.matches[this.state.match] ?? null;
  }

  open(layer: Layer, at: number[] | null = null, which = 0): void {
    this.set({ layer: this.report.layers.indexOf(layer), at, which, pane: "layer", opened: this.state.opened + 1, problem: null });
  }

  edit(layer: Layer, rule: Rule | null): void {
    const edits = new Map(this.state.edits);
    if (rule === null || JSON.stringify(rule) === JSON.stringify(layer.rule)) edits.delete(layer.index);
    else edits.set(layer.index, rule);
    this.set({ edits });
  }
}

/** Whether a layer's name, type or settings contain a text in small letters. */
export const isMatch = (layer: Layer, wanted: string): boolean => `${layer.name} ${layer.type} ${layer.brief}`.toLowerCase().includes(wanted);

/** The items from the first of exactly this name on, then those before it. */
export function exactFirst<T extends { name: string }>(all: readonly T[], wanted: string): T[] {
  const start = Math.max(all.findIndex((each) => each.name.toLowerCase() === wanted), 0);
  return [...all.slice(start), ...all.slice(0, start)];
}

/** #conv2/17,3,4: a layer, and a place in its top; N may be left out where it is 0. */
export function toHash(layer: Layer | null, at: number[] | null): string {
  if (!layer) return "";
  const name = encodeURIComponent(layer.name).replaceAll("%2F", "/").replace(/\/(?=[\d,]+$)/, "%2F");
  return `#${name}${at ? `/${(at.length > 1 && at[0] === 0 ? at.slice(1) : at).join(",")}` : ""}`;
}

/** The target of a link: a layer and a place in its top, or the fault of the link. */
export interface Target {
  layer: Layer | null;
  at: number[] | null;
  problem: Problem | null;
}

/** Names may hold slashes: what follows the last one is a place where what stands before it is a layer. */
export function fromHash(report: Report, hash: string): Target {
  const text = hash.replace(/^#/, "");
  if (!text) return { layer: null, at: null, problem: null };
  const find = (name: string): Layer | undefined => report.layers.find((layer) => layer.name === decoded(name));
  const cut = /^(.*)\/([^/]*)$/.exec(text);
  const [named, place] = [cut && find(cut[1] ?? ""), cut?.[2] ?? ""];
  const whole = find(text);
  if (named && (!whole || /^[\d,]+$/.test(place))) return { layer: named, ...placeIn(report, named, decoded(place)) };
  if (whole) return { layer: whole, at: null, problem: null };
  const name = decoded(cut && /^[-\d,. ]*$/.test(place) ? (cut[1] ?? "") : text);
  return { layer: null, at: null, problem: { text: `This net has no layer "${name}".`, near: nearest(report, name) } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The place as the layer's first top has it, or why it has no such place. */
function placeIn(report: Report, layer: Layer, text: string): Omit<Target, "layer"> {
  const wrong = (why: string): Omit<Target, "layer"> => ({ at: null, problem: { text: `${layer.name} has no place "${text}": ${why}.`, near: [] } });
  const blob = report.blobs[layer.tops[0] ?? ""];
  const shape = blob?.shape;
  if (!blob || !shape) return wrong("the shape of its output is not known");
  const fact = `${blob.name} is ${show(shape)}`;
  if (!shape.length && !text) return { at: [], problem: null };
  if (!/^\d+(,\d+)*$/.test(text)) return wrong(`a place is whole numbers with commas between them, and ${fact}`);
  const given = text.split(",").map(Number);
  const at = given.length === shape.length - 1 ? [0, ...given] : given;
  if (at.length !== shape.length) return wrong(`${fact}, which takes ${shape.length} numbers${shape.length > 1 ? `, or ${shape.length - 1} where the first is 0` : ""}`);
  const out = at.findIndex((i, axis) => i >= (shape[axis] ?? 0));
  if (out >= 0) return wrong(`${fact}, so that number ${out + 1 - (at.length - given.length)} goes from 0 to ${(shape[out] ?? 1) - 1}`);
  return { at, problem: null };
}

const MAX_SUGGESTIONS = 5;

/** The layers whose names contain the name, or are the fewest edits away from it. */
function nearest(report: Report, name: string): Layer[] {
  const wanted = name.toLowerCase().slice(0, 100);
  const far = (layer: Layer): number => {
    const other = layer.name.toLowerCase().slice(0, 100);
    return distance(wanted, other) - (wanted && (other.includes(wanted) || wanted.includes(other)) ? Math.min(wanted.length, other.length) : 0);
  };
  const all = report.layers.map((layer) => ({ layer, far: far(layer) })).filter((each) => each.far <= Math.max(2, wanted.length / 2));
  return all.sort((a, b) => a.far - b.far).slice(0, MAX_SUGGESTIONS).map(({ layer }) => layer);
}

/** The edit distance: letters to add, leave out or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}
