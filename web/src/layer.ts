// A layer's page: its inputs and outputs, its maps and kernels, one value, what if, and the sections of explain.

import { commandLine } from "./command";
import { rangeOf, type Range } from "./colours";
import { breakable, counted, h, MAX_NAME_LENGTH, refill, shortened, thousands } from "./dom";
import { chosenIn, Grid, legend, mapGrid, mapsOf, placeIn, wholeScale, type Maps, type Place, type RangeMode } from "./maps";
import { Kernels } from "./kernels";
import { PixelView, tops } from "./pixel";
import { family } from "./graph";
import { count, show } from "./rules";
import type { State, Store } from "./store";
import type { BlobId, Layer, Section, Shape } from "./types";
import { WhatIf } from "./whatif";

export class LayerView {
  readonly element = h("article", { class: "layer-view" });
  private parts: { layer: Layer; pixel: PixelView; whatif: WhatIf; maps: HTMLElement; kernels: Kernels; grid: Grid | null; shape: Shape } | null = null;
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
      if (state.at?.[1] !== before.at?.[1]) this.parts.kernels.draw();
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
    const [maps, kernels] = [h("section", { class: "maps-part" }), new Kernels(this.store, layer)];
    this.parts = { layer, pixel, whatif, maps, kernels, grid: null, shape: [] };
    refill(
      this.element,
      this.head(layer),
      this.flow(layer),
      maps,
      pixel.element,
      kernels.element,
      whatif.element,
      ...layer.sections.filter((section) => section.key !== "layer").map(explained),
    );
    this.drawMaps();
    this.drawPixel();
    kernels.draw();
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
      h("div", { class: "steps-nav" }, step(-1, "←", "The previous layer (k)"), step(1, "→", "The next layer (j)")),
      h("h2", { title: layer.name }, ...breakable(layer.name)),
      h("p", { class: "kind" }, h("span", { class: `tag ${family(layer.type)}` }, layer.type), ` ${layer.brief}`, h("span", { class: "place" }, layer.place)),
      does && h("p", { class: "does" }, does),
    );
  }

  /** bottoms → layer → tops, each with its shape and the layers that write or read it. */
  private flow(layer: Layer): HTMLElement {
    const blob = (id: BlobId, other: Layer[]): HTMLElement =>
      h(
        "li",
        {},
        h("b", {}, shortened(this.store.report.blobs[id]?.name ?? id, MAX_NAME_LENGTH)),
        ` ${show(this.store.report.blobs[id]?.shape ?? null)} `,
        ...other.slice(0, 6).flatMap((each, i) => [i ? ", " : "", h("button", { type: "button", class: "link", onclick: () => this.store.open(each) }, shortened(each.name, MAX_NAME_LENGTH))]),
        other.length > 6 && ` and ${other.length - 6} more`,
      );
    const readers = (id: BlobId): Layer[] => this.store.report.layers.filter((each) => each.bottoms.includes(id));
    const makers = (id: BlobId): Layer[] => [this.store.makers.get(id)].filter((each): each is Layer => !!each);
    const list = (title: string, ids: BlobId[], others: (id: BlobId) => Layer[]): HTMLElement =>
      h("div", {}, h("h4", {}, title), h("ul", {}, ...ids.map((id) => blob(id, others(id)))));
    return h(
      "div",
      { class: "flow" },
      layer.bottoms.length > 0 && list("inputs, written by", layer.bottoms, makers),
      layer.tops.length > 0 && list("outputs, read by", layer.tops, readers),
      layer.params.length > 0 && h("div", {}, h("h4", {}, "weights"), h("ul", {}, ...layer.params.map((param) => h("li", {}, param.shape.length > 1 ? `${show(param.shape)} = ${thousands(count(param.shape))}` : show(param.shape), param.statistic && " statistic", param.owner && ` of ${param.owner}`)))),
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
    const choices = layer.tops.length > 1 && h("select", { "aria-label": "Top", onchange: (event: Event) => store.set({ which: Number((event.target as HTMLSelectElement).value), at: null }) }, ...layer.tops.map((top, i) => h("option", { value: i, selected: i === which }, store.report.blobs[top]?.name ?? top)));
    const versions = this.versions(id);
    const title = `Output: ${shortened(blob.name, MAX_NAME_LENGTH)}${versions ? `, version ${blob.version}` : ""}`;
    if (!values) {
      const why = blob.shape ? `The values of ${shortened(blob.name, MAX_NAME_LENGTH)}, ${show(blob.shape)}, are not in this file.` : "Its shape is not known.";
      const place = at ? null : (blob.shape?.map((size, axis) => (axis ? Math.floor(size / 2) : 0)) ?? null);
      const command = place ? commandLine(store.report, layer, which, place) : [];
      const note = h("p", { class: "note" }, command.length ? `${why} This command explains one of them:` : why);
      return section.replaceChildren(h("h3", {}, title), versions || "", choices || "", note, ...command);
    }
    const images = values.shape.length > 1 ? (values.shape[0] ?? 1) : 1;
    const image = at?.[0] ?? 0;
    const maps = mapsOf(values, values.shape.length > 1 ? image : 0);
    const pick = (place: Place, by: "pointer" | "key"): void => {
      store.set({ at: placeIn(values.shape, image, place) });
      if (by === "pointer") this.bringUp("smooth");
    };
    const options = { title: blob.name, maps, range: this.range, fixed: this.fixed, chosen: chosenIn(values.shape, at), pick, hint: "Point at a pixel for its value; click it to see how it is computed." };
    parts.grid = maps.height * maps.width === 1 ? null : new Grid(options);
    parts.shape = values.shape;
    const grid = parts.grid?.element ?? mapGrid(options);
    const pictures = images > 1 && h("label", {}, "image ", h("input", { type: "number", min: 0, max: images - 1, value: image, onchange: (event: Event) => store.set({ at: placeIn(values.shape, Math.min(Math.max((event.target as HTMLInputElement).valueAsNumber || 0, 0), images - 1), chosenIn(values.shape, at) ?? { map: 0, y: 0, x: 0 }) }) }));
    const vector = maps.height * maps.width === 1;
    const many = maps.count > 1 && !vector;
    refill(
      section,
      h("h3", {}, title),
      h("div", { class: "map-tools" }, h("span", { class: "note" }, vector ? counted(maps.count, "value") : `${counted(maps.count, "map")} of ${maps.height} × ${maps.width}${maps.values.every(Number.isFinite) ? "" : "; pink is NaN or infinite"}`), versions, choices, pictures, many && this.ranges(maps), this.range !== "map" && legend(this.range === "fixed" ? wholeScale({ ...maps, values: Float32Array.of(this.fixed.low, this.fixed.high), count: 2, height: 1, width: 1 }) : wholeScale(maps))),
      grid,
    );
  }

  /** The versions of a blob that layers change in place: one per layer. */
  private versions(id: BlobId): HTMLElement | null {
    const { report, makers, state } = this.store;
    const all = Object.keys(report.blobs).filter((other) => report.blobs[other]?.name === report.blobs[id]?.name && makers.has(other));
    if (all.length < 2) return null;
    const open = (other: BlobId) => (): void => {
      const maker = makers.get(other);
      if (maker) this.store.open(maker, state.at, maker.tops.indexOf(other));
    };
    const button = (other: BlobId): HTMLElement =>
      h("button", { type: "button", "aria-pressed": other === id, title: `after layer ${makers.get(other)?.name ?? ""}`, onclick: open(other) }, `${report.blobs[other]?.version} ${shortened(makers.get(other)?.name ?? "")}`);
    return h("span", { class: "switch", role: "group", "aria-label": "Version of the blob" }, h("span", { class: "note" }, "version"), ...all.map(button));
  }

  /** The range of colours: one for each map, one for all, or a typed one. */
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
    return h("span", { class: "switch", role: "group", "aria-label": "Range of colours" }, button("blob", "one range"), button("map", "range per map"), button("fixed", "fixed range"), ...(this.range === "fixed" ? [end("low"), end("high")] : []));
  }

  private drawPixel(): void {
    const { at } = this.store.state;
    if (!this.parts) return;
    this.parts.pixel.element.hidden = at === null;
    if (at) this.parts.pixel.show(at);
  }

  /** Scrolls to the arithmetic of the chosen value, once the maps above it have their size. */
  private bringUp(behavior: ScrollBehavior): void {
    const parts = this.parts;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const go = (): void => parts?.pixel.element.scrollIntoView({ behavior: calm ? "instant" : behavior, block: "start" });
    requestAnimationFrame(() => requestAnimationFrame(go));
  }
}

/** A section of explain. */
function explained(section: Section): HTMLElement {
  const lines = section.lines.flatMap((line) => [
    h("dt", {}, line.label),
    h("dd", {}, h("span", { class: "line-text" }, line.text), line.note && h("span", { class: "note" }, line.note)),
  ]);
  return h(
    "section",
    { class: "explained" },
    h("h3", {}, section.title),
    h("dl", {}, ...lines),
    section.picture && h("pre", {}, section.picture),
  );
}
