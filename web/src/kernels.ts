// The kernels of a convolution: the chosen map's slice by slice, and all of them at a glance.

import { tensor, type Tensor } from "./arrays";
import { h, refill } from "./dom";
import { coloured, legend, mapGrid, wholeScale, type Maps, type Place } from "./maps";
import { show } from "./rules";
import type { Store } from "./store";
import type { Layer } from "./types";

/** Widths in CSS pixels: of one kernel's picture, and of the picture of all 1 x 1 weights. */
const KERNEL_WIDTH = 56;
const MATRIX_WIDTH = 720;

export class Kernels {
  readonly element = h("section", { class: "kernels-part" });

  constructor(
    private readonly store: Store,
    private readonly layer: Layer,
  ) {}

  draw(): void {
    const { rule, params } = this.layer;
    const param = params[0];
    if ((rule.kind !== "conv" && rule.kind !== "deconv") || !param || param.shape.length !== 4) return;
    const weights = tensor(param.shape, param.data);
    const [, depth = 1, height = 1, width = 1] = param.shape;
    // A page of shapes only does not repeat for every layer that it has no weights.
    if (!weights && !Object.values(this.store.report.blobs).some((blob) => blob.data)) return;
    const shown = !weights
      ? [h("p", { class: "note" }, `The weights, ${show(param.shape)}, are not in this file.`)]
      : height * width === 1
        ? this.pairs(weights)
        : depth === 1
          ? this.single(weights)
          : this.slices(weights, rule.kind === "conv");
    refill(this.element, h("h3", {}, "Kernels"), ...shown);
  }

  /** 1 x 1: one picture of all weights. */
  private pairs({ shape, values, half }: Tensor): HTMLElement[] {
    const [outputs = 1, depth = 1] = shape;
    const maps: Maps = { values, count: 1, height: outputs, width: depth, half };
    const note = `One row for each of the ${outputs} outputs, one column for each of the ${depth} inputs.`;
    return [h("p", { class: "note" }, note), legend(wholeScale(maps)), mapGrid({ ...PLAIN, title: "kernels", maps, word: "kernel", target: MATRIX_WIDTH, say: ({ y, x }) => `output ${y}, input ${x}` })];
  }

  /** Kernels of one slice: a picture each. */
  private single({ shape, values, half }: Tensor): HTMLElement[] {
    const [outputs = 1, , height = 1, width = 1] = shape;
    const maps: Maps = { values, count: outputs, height, width, half };
    const note = `${outputs} kernels of ${height} × ${width}, each for one map.`;
    return [h("p", { class: "note" }, note), legend(wholeScale(maps)), mapGrid({ ...PLAIN, title: "kernels", maps, word: "kernel", target: KERNEL_WIDTH })];
  }

  private slices({ shape, values, half }: Tensor, isConv: boolean): HTMLElement[] {
    const [outputs = 1, depth = 1, height = 1, width = 1] = shape;
    const block = depth * height * width;
    const map = Math.min(this.store.state.at?.[1] ?? 0, outputs - 1);
    const of = (kernel: number): Float32Array => values.subarray(kernel * block, (kernel + 1) * block);
    const own: Maps = { values: of(map), count: depth, height, width, half };
    const means: Maps = { values: meanOf(values, outputs, depth, height * width), count: outputs, height, width, half };
    const go = h("input", { type: "number", min: 0, max: outputs - 1, value: map, "aria-label": "Kernel", onchange: (event: Event) => this.choose(Math.min(Math.max((event.target as HTMLInputElement).valueAsNumber || 0, 0), outputs - 1)) });
    const inColour = depth === 3 && { paint: (kernel: number) => coloured(of(kernel), height, width), say: ({ map: kernel }: Place) => `kernel ${kernel}, mean of its slices` };
    return [
      h("p", { class: "note" }, isConv ? `${outputs} kernels of ${depth} × ${height} × ${width}: one for each output map, with a slice for each input map.` : `${outputs} kernels of ${depth} × ${height} × ${width}: one for each input map, with a slice for each output map.`),
      h("div", { class: "map-tools" }, h("label", {}, "kernel ", go), legend(wholeScale(own))),
      mapGrid({ ...PLAIN, title: `kernel ${map}`, maps: own, word: "slice", target: KERNEL_WIDTH }),
      h("h4", {}, inColour ? "All kernels in colour: their slices as blue, green, red; grey is 0" : "All kernels, the mean of their slices"),
      mapGrid({ ...PLAIN, title: "all kernels", maps: means, word: "kernel", hint: "Click a kernel to see its slices above.", pick: (place) => this.choose(place.map), target: 40, ...inColour }),
    ];
  }

  /** Chooses another kernel: the same place in another map. */
  private choose(map: number): void {
    const { layer } = this;
    const shape = this.store.report.blobs[layer.tops[this.store.state.which] ?? ""]?.shape;
    if (!shape) return;
    const at = this.store.state.at ?? shape.map((size, axis) => (axis < 2 ? 0 : Math.floor(size / 2)));
    if (layer.rule.kind === "conv") this.store.set({ at: at.with(1, map) });
  }
}

const PLAIN = { range: "blob", fixed: { low: 0, high: 1 }, chosen: null } as const;

/** The mean of each kernel's slices. */
function meanOf(values: Float32Array, outputs: number, depth: number, size: number): Float32Array {
  const means = new Float32Array(outputs * size);
  for (let o = 0; o < outputs; o++)
    for (let c = 0; c < depth; c++)
      for (let i = 0; i < size; i++) means[o * size + i] = (means[o * size + i] as number) + (values[(o * depth + c) * size + i] as number) / depth;
  return means;
}
