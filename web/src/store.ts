// What the person looks at, and what they changed; views redraw when it moves.

import { compute, type Computed, type Convention } from "./rules";
import type { BlobId, Layer, Report, Rule } from "./types";

export interface State {
  layer: number | null;
  /** Which of the layer's tops, and the place in it: N, C, Y, X or as many axes as it has. */
  which: number;
  at: number[] | null;
  edits: ReadonlyMap<number, Rule>;
  convention: Convention;
  search: string;
  pane: "graph" | "table" | "layer";
}

export class Store {
  state: State = { layer: null, which: 0, at: null, edits: new Map(), convention: "mac", search: "", pane: "table" };
  /** The net of the file, and as it would be. */
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

  open(layer: Layer, at: number[] | null = null, which = 0): void {
    this.set({ layer: this.report.layers.indexOf(layer), at, which, pane: "layer" });
  }

  edit(layer: Layer, rule: Rule | null): void {
    const edits = new Map(this.state.edits);
    if (rule === null || JSON.stringify(rule) === JSON.stringify(layer.rule)) edits.delete(layer.index);
    else edits.set(layer.index, rule);
    this.set({ edits });
  }
}

/** #conv2/17,3,4: a layer, and a place in what it makes; N may be left out where it is 0. */
export function toHash(layer: Layer | null, at: number[] | null): string {
  if (!layer) return "";
  const name = encodeURIComponent(layer.name).replaceAll("%2F", "/").replace(/\/(?=[\d,]+$)/, "%2F");
  return `#${name}${at ? `/${(at.length > 1 && at[0] === 0 ? at.slice(1) : at).join(",")}` : ""}`;
}

export function fromHash(report: Report, hash: string): { layer: Layer; at: number[] | null } | null {
  const text = hash.replace(/^#/, "");
  const find = (name: string): Layer | undefined => {
    try {
      const decoded = decodeURIComponent(name);
      return report.layers.find((layer) => layer.name === decoded);
    } catch {
      return undefined;
    }
  };
  const cut = /^(.*)\/(\d+(?:,\d+)*)$/.exec(text);
  const named = cut ? find(cut[1] ?? "") : undefined;
  if (cut && named) return { layer: named, at: placeIn(report, named, (cut[2] ?? "").split(",").map(Number)) };
  const layer = find(text);
  return layer ? { layer, at: null } : null;
}

/** The place as the layer's first top has it; null where it has no such place. */
function placeIn(report: Report, layer: Layer, given: number[]): number[] | null {
  const shape = report.blobs[layer.tops[0] ?? ""]?.shape;
  if (!shape) return null;
  const at = given.length === shape.length - 1 ? [0, ...given] : given;
  return at.length === shape.length && at.every((i, axis) => i < (shape[axis] ?? 0)) ? at : null;
}
