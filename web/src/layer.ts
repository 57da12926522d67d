// A layer's page: what it reads and makes, its maps and kernels, one value, what if, and all that explain says.

import { tensor } from "./arrays";
import { ask } from "./ask";
import { rangeOf, type Range } from "./colours";
import { breakable, h, thousands } from "./dom";
import { chosenIn, coloured, Grid, legend, mapGrid, mapsOf, placeIn, wholeScale, type Maps, type Place, type RangeMode } from "./maps";
import { PixelView, tops } from "./pixel";
import { family } from "./graph";
import { count, show } from "./rules";
import type { State, Store } from "./store";
import type { BlobId, Layer, Section, Shape } from "./types";
import { WhatIf } from "./whatif";

export class LayerView {
  readonly element = h("article", { class: "layer-view" });
  private parts: { layer: Layer; pixel: PixelView; whatif: WhatIf; maps: HTMLElement; kernels: HTMLElement; grid: Grid | null; shape: Shape } | null = null;
  private range: RangeMode = "blob";
  private fixed: Range = { low: 0, high: 1 };

  constructor(private readonly store: Store) {
    store.on((state, before) => this.follow(state, before));
    this.draw();
  }

  private follow(state: State, before: State): void {
    if (state.layer !== before.layer || state.which !== before.which) this.draw();
    else this.update(state, before);
    if (state.opened !== before.opened && state.at) this.bringUp("instant");
  }

  private update(state: State, before: State): void {
    if (!this.parts) return;
    if (state.edits !== before.edits || state.convention !== before.convention) this.parts.whatif.refresh();
    if (state.at !== before.at) {
      if (before.at?.[0] === state.at?.[0] && this.parts.grid) this.parts.grid.choose(chosenIn(this.parts.shape, state.at));
      else this.drawMaps();
      this.drawPixel();
      if (state.at?.[1] !== before.at?.[1]) this.drawKernels();
    }
  }

  private draw(): void {
    const { layer } = this.store;
    this.parts = null;
    if (!layer) {
      this.element.replaceChildren(h("p", { class: "empty" }, "Choose a layer in the graph or in the table."));
      return;
    }
    const pixel = new PixelView(this.store, layer, this.store.state.which);
    const whatif = new WhatIf(this.store, layer);
    const [maps, kernels] = [h("section", { class: "maps-part" }), h("section", { class: "kernels-part" })];
    this.parts = { layer, pixel, whatif, maps, kernels, grid: null, shape: [] };
    this.element.replaceChildren(
      this.head(layer),
      this.flow(layer),
      maps,
      pixel.element,
      kernels,
      whatif.element,
      ...layer.sections.filter((section) => section.key !== "layer").map(explained),
    );
    this.drawMaps();
    this.drawPixel();
    this.drawKernels();
  }

  private head(layer: Layer): HTMLElement {
    const index = this.store.report.layers.indexOf(layer);
    const step = (by: number, label: string, title: string): HTMLElement => {
      const next = this.store.report.layers[index + by];
      return h("button", { type: "button", title, "aria-label": title, disabled: !next, onclick: () => next && this.store.open(next) }, label);
    };
    const does = layer.sections.find((section) => section.key === "layer")?.lines.find((line) => line.label === "does")?.text;
    return h(
      "header",
      { class: "layer-head" },
      h("div", { class: "steps-nav" }, step(-1, "←", "The layer before (k)"), step(1, "→", "The next layer (j)")),
      h("h2", {}, ...breakable(layer.name)),
      h("p", { class: "kind" }, h("span", { class: `tag ${family(layer.type)}` }, layer.type), ` ${layer.brief}`, h("span", { class: "place" }, layer.place)),
      does && h("p", { class: "does" }, does),
    );
  }

  /** bottoms → layer → tops, each with its shape and who is on its other side. */
  private flow(layer: Layer): HTMLElement {
    const blob = (id: BlobId, other: Layer[]): HTMLElement =>
      h(
        "li",
        {},
        h("b", {}, this.store.report.blobs[id]?.name ?? id),
        ` ${show(this.store.report.blobs[id]?.shape ?? null)} `,
        ...other.slice(0, 6).flatMap((each, i) => [i ? ", " : "", h("button", { type: "button", class: "link", onclick: () => this.store.open(each) }, each.name)]),
        other.length > 6 && ` and ${other.length - 6} more`,
      );
    const readers = (id: BlobId): Layer[] => this.store.report.layers.filter((each) => each.bottoms.includes(id));
    const makers = (id: BlobId): Layer[] => [this.store.makers.get(id)].filter((each): each is Layer => !!each);
    const list = (title: string, ids: BlobId[], others: (id: BlobId) => Layer[]): HTMLElement =>
      h("div", {}, h("h4", {}, title), h("ul", {}, ...ids.map((id) => blob(id, others(id)))));
    return h(
      "div",
      { class: "flow" },
      layer.bottoms.length > 0 && list("reads, made by", layer.bottoms, makers),
      layer.tops.length > 0 && list("makes, read by", layer.tops, readers),
      layer.params.length > 0 && h("div", {}, h("h4", {}, "weights"), h("ul", {}, ...layer.params.map((param) => h("li", {}, param.shape.length > 1 ? `${show(param.shape)} = ${thousands(count(param.shape))}` : show(param.shape), param.statistic && " measured", param.owner && ` of ${param.owner}`)))),
    );
  }

  private drawMaps(): void {
    const { parts, store } = this;
    if (!parts) return;
    const { layer, maps: section } = parts;
    const { which, at } = store.state;
    const id = layer.tops[which];
    const blob = id === undefined ? undefined : store.report.blobs[id];
    if (!id || !blob) return section.replaceChildren();
    const values = tops(store, id);
    const choices = layer.tops.length > 1 && h("select", { "aria-label": "Which top", onchange: (event: Event) => store.set({ which: Number((event.target as HTMLSelectElement).value), at: null }) }, ...layer.tops.map((top, i) => h("option", { value: i, selected: i === which }, store.report.blobs[top]?.name ?? top)));
    const versions = this.versions(id);
    const title = `What it makes: ${blob.name}${versions ? `, version ${blob.version}` : ""}`;
    if (!values) {
      const why = blob.shape ? `The values of ${blob.name}, ${show(blob.shape)}, are not in this file.` : "Its shape is not known.";
      const place = at ? null : (blob.shape?.map((size, axis) => (axis ? Math.floor(size / 2) : 0)) ?? null);
      const asked = place ? ask(store.report, layer, which, place) : [];
      const note = h("p", { class: "note" }, asked.length ? `${why} What one of them is made of is told by this command:` : why);
      return section.replaceChildren(h("h3", {}, title), versions || "", choices || "", note, ...asked);
    }
    const images = values.shape.length > 1 ? (values.shape[0] ?? 1) : 1;
    const image = at?.[0] ?? 0;
    const maps = mapsOf(values, values.shape.length > 1 ? image : 0);
    const pick = (place: Place, by: "pointer" | "key"): void => {
      store.set({ at: placeIn(values.shape, image, place) });
      if (by === "pointer") this.bringUp("smooth");
    };
    const options = { title: blob.name, maps, range: this.range, fixed: this.fixed, chosen: chosenIn(values.shape, at), pick, hint: "Point at a pixel for its value; click it to see how it is made." };
    parts.grid = maps.height * maps.width === 1 ? null : new Grid(options);
    parts.shape = values.shape;
    const grid = parts.grid?.element ?? mapGrid(options);
    const pictures = images > 1 && h("label", {}, "image ", h("input", { type: "number", min: 0, max: images - 1, value: image, onchange: (event: Event) => store.set({ at: placeIn(values.shape, Math.min(Math.max((event.target as HTMLInputElement).valueAsNumber || 0, 0), images - 1), chosenIn(values.shape, at) ?? { map: 0, y: 0, x: 0 }) }) }));
    const vector = maps.height * maps.width === 1;
    const many = maps.count > 1 && !vector;
    section.replaceChildren(
      h("h3", {}, title),
      h("div", { class: "map-tools" }, h("span", { class: "note" }, vector ? `${maps.count} values` : `${maps.count} map${many ? "s" : ""} of ${maps.height} × ${maps.width}`), versions, choices, pictures, many && this.ranges(maps), this.range !== "map" && legend(this.range === "fixed" ? wholeScale({ ...maps, values: Float32Array.of(this.fixed.low, this.fixed.high), count: 2, height: 1, width: 1 }) : wholeScale(maps))),
      grid,
    );
  }

  /** A blob that layers change in place: each of them left a version. */
  private versions(id: BlobId): HTMLElement | null {
    const { report, makers, state } = this.store;
    const all = Object.keys(report.blobs).filter((other) => report.blobs[other]?.name === report.blobs[id]?.name && makers.has(other));
    if (all.length < 2) return null;
    const open = (other: BlobId) => (): void => {
      const maker = makers.get(other);
      if (maker) this.store.open(maker, state.at, maker.tops.indexOf(other));
    };
    const button = (other: BlobId): HTMLElement =>
      h("button", { type: "button", "aria-pressed": other === id, title: `as ${makers.get(other)?.name ?? ""} leaves it`, onclick: open(other) }, `${report.blobs[other]?.version} ${makers.get(other)?.name ?? ""}`);
    return h("span", { class: "switch", role: "group", "aria-label": "Version of the blob" }, h("span", { class: "note" }, "version"), ...all.map(button));
  }

  /** One range of colours for each map, for all, or as it is typed. */
  private ranges(maps: Maps): HTMLElement {
    const set = (range: RangeMode) => (): void => {
      if (range === "fixed" && this.range !== "fixed") this.fixed = rangeOf(maps.values, 0, maps.count * maps.height * maps.width);
      this.range = range;
      this.drawMaps();
    };
    const button = (range: RangeMode, label: string): HTMLElement => h("button", { type: "button", "aria-pressed": this.range === range, onclick: set(range) }, label);
    const end = (key: keyof Range): HTMLElement =>
      h("input", { type: "number", step: "any", "aria-label": key === "low" ? "Darkest value" : "Lightest value", value: Number(this.fixed[key].toPrecision(4)), onchange: (event: Event) => {
        const value = (event.target as HTMLInputElement).valueAsNumber;
        if (Number.isFinite(value)) this.fixed = { ...this.fixed, [key]: value };
        this.drawMaps();
      } });
    return h("span", { class: "switch", role: "group", "aria-label": "Range of colours" }, button("blob", "one range"), button("map", "each its own"), button("fixed", "fixed"), ...(this.range === "fixed" ? [end("low"), end("high")] : []));
  }

  private drawPixel(): void {
    const { at } = this.store.state;
    if (!this.parts) return;
    this.parts.pixel.element.hidden = at === null;
    if (at) this.parts.pixel.show(at);
  }

  /** The arithmetic of the chosen value, at the top of the pane, once the maps above it have their size. */
  private bringUp(behavior: ScrollBehavior): void {
    const parts = this.parts;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const go = (): void => parts?.pixel.element.scrollIntoView({ behavior: calm ? "instant" : behavior, block: "start" });
    requestAnimationFrame(() => requestAnimationFrame(go));
  }

  private drawKernels(): void {
    if (!this.parts) return;
    const { layer, kernels } = this.parts;
    const rule = layer.rule;
    const param = layer.params[0];
    if ((rule.kind !== "conv" && rule.kind !== "deconv") || !param || param.shape.length !== 4) return kernels.replaceChildren();
    const weights = tensor(param.shape, param.data);
    const title = h("h3", {}, "Kernels");
    const [outputs = 1, depth = 1, height = 1, width = 1] = param.shape;
    if (!weights && !Object.values(this.store.report.blobs).some((blob) => blob.data)) return kernels.replaceChildren();
    if (!weights) return kernels.replaceChildren(title, h("p", { class: "note" }, `The weights, ${show(param.shape)}, are not in this file.`));
    const map = Math.min(this.store.state.at?.[1] ?? 0, outputs - 1);
    const common = { range: "blob" as RangeMode, fixed: this.fixed, chosen: null, target: height * width === 1 ? 12 : 56 };
    const size = height * width;
    if (depth === 1 || size === 1) {
      // Every kernel is one picture: of all its taps, or of its weights for all maps.
      const maps: Maps = size === 1 ? { values: weights.values, count: 1, height: outputs, width: depth, half: weights.half } : { values: weights.values, count: outputs, height, width, half: weights.half };
      const say = size === 1 ? ({ y, x }: Place) => `output ${y}, input ${x}` : undefined;
      const note = size === 1 ? `One row for each of ${outputs} outputs, a column for each of ${depth} inputs.` : `${outputs} kernels of ${height} × ${width}, each for one map.`;
      kernels.replaceChildren(title, h("p", { class: "note" }, note), legend(wholeScale(maps)), mapGrid({ ...common, title: "kernels", maps, word: "kernel", target: size === 1 ? 720 : 56, ...(say ? { say } : {}) }));
      return;
    }
    const block = depth * size;
    const maps: Maps = { values: weights.values.subarray(map * block, (map + 1) * block), count: depth, height, width, half: weights.half };
    const go = h("input", { type: "number", min: 0, max: outputs - 1, value: map, "aria-label": "Which kernel", onchange: (event: Event) => this.kernel(Math.min(Math.max((event.target as HTMLInputElement).valueAsNumber || 0, 0), outputs - 1)) });
    const means: Maps = { values: meanOf(weights.values, outputs, depth, size), count: outputs, height, width, half: weights.half };
    kernels.replaceChildren(
      title,
      h("p", { class: "note" }, rule.kind === "conv" ? `${outputs} kernels of ${depth} × ${height} × ${width}: one for each map that is made, with a slice for each map it reads.` : `${outputs} stamps of ${depth} × ${height} × ${width}: one for each map that is read.`),
      h("div", { class: "map-tools" }, h("label", {}, "kernel ", go), legend(wholeScale(maps))),
      mapGrid({ ...common, title: `kernel ${map}`, maps, word: "slice" }),
      h("h4", {}, depth === 3 ? "All kernels in colour: their slices as blue, green, red; grey is 0" : "All kernels, the mean of their slices"),
      mapGrid({ ...common, title: "all kernels", maps: means, word: "kernel", hint: "Click a kernel to see its slices above.", pick: (place) => this.kernel(place.map), target: 40, ...(depth === 3 ? { paint: (k: number) => coloured(weights.values.subarray(k * block, (k + 1) * block), height, width), say: ({ map: k }: Place) => `kernel ${k}, mean of its slices` } : {}) }),
    );
  }

  /** Another kernel: the same place of another map. */
  private kernel(map: number): void {
    const layer = this.parts?.layer;
    const shape = layer && this.store.report.blobs[layer.tops[this.store.state.which] ?? ""]?.shape;
    if (!shape) return;
    const at = this.store.state.at ?? shape.map((size, axis) => (axis < 2 ? 0 : Math.floor(size / 2)));
    if (layer.rule.kind === "conv") this.store.set({ at: at.with(1, map) });
  }
}

/** The mean of each kernel's slices. */
function meanOf(values: Float32Array, outputs: number, depth: number, size: number): Float32Array {
  const made = new Float32Array(outputs * size);
  for (let o = 0; o < outputs; o++)
    for (let c = 0; c < depth; c++)
      for (let i = 0; i < size; i++) made[o * size + i] = (made[o * size + i] as number) + (values[(o * depth + c) * size + i] as number) / depth;
  return made;
}

/** A section of explain, as it is said. */
function explained(section: Section): HTMLElement {
  const lines = section.lines.flatMap((line) => [
    h("dt", {}, line.label),
    h("dd", {}, h("span", { class: "said" }, line.text), line.note && h("span", { class: "note" }, line.note)),
  ]);
  return h(
    "section",
    { class: "explained" },
    h("h3", {}, section.title),
    h("dl", {}, ...lines),
    section.picture && h("pre", {}, section.picture),
  );
}
