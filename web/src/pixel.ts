// One value: its window on the input maps, the kernel, the products, subtotals, bias and sum; and its receptive field.

import { tensor, type Tensor } from "./arrays";
import { commandLine } from "./command";
import { rangeOf, Scale } from "./colours";
import { counted, h, MAX_NAME_LENGTH, number, refill, shortened } from "./dom";
import { clipped, fields, length, type Field } from "./field";
import { breakDown, type Breakdown } from "./breakdown";
import { NoBreakdown, type Group, type Term } from "./breakdowns/terms";
import { Grid, mapsOf, picture, wholeScale } from "./maps";
import type { Store } from "./store";
import type { BlobId, Layer, Rule, Shape } from "./types";

/** Channels and terms on view until "more" is clicked. */
const MAX_GROUPS = 12;
const MAX_TERMS = 24;
/** Windows up to this size are shown with their numbers. */
const MAX_READABLE = 13;

export function tops(store: Store, id: BlobId | undefined): Tensor | null {
  const blob = id === undefined ? undefined : store.report.blobs[id];
  return blob ? tensor(blob.shape, blob.data) : null;
}

/** The breakdown of a value; a text where there is none. */
export function breakdownOf(store: Store, layer: Layer, which: number, at: number[]): Breakdown | string {
  const shape = store.report.blobs[layer.tops[which] ?? ""]?.shape;
  if (!shape) return "its shape is not known";
  if (layer.noBreakdown) return layer.noBreakdown;
  try {
    return breakDown(
      {
        layer,
        bottoms: layer.bottoms.map((id) => tops(store, id)),
        params: layer.params.map((param) => tensor(param.shape, param.data)),
        top: tops(store, layer.tops[which]),
        shape,
        which,
      },
      at,
    );
  } catch (error) {
    if (error instanceof NoBreakdown) return error.message;
    throw error;
  }
}

export class PixelView {
  readonly element = h("section", { class: "pixel", "aria-label": "Breakdown of one value" });
  private own: { key: string; grid: Grid; element: HTMLElement } | null = null;
  private focus = 0;
  private all = false;
  private largest = true;
  private result: Breakdown | string = "";
  /** One scale for all windows, one for all kernels, one for all products, so that channels can be compared. */
  private scales: readonly Scale[] = [];

  constructor(
    private readonly store: Store,
    private readonly layer: Layer,
    private readonly which: number,
  ) {}

  show(at: number[]): void {
    this.result = breakdownOf(this.store, this.layer, this.which, at);
    this.scales = typeof this.result === "string" ? [] : this.scalesOf(this.result);
    this.all = false;
    this.focus = typeof this.result === "string" ? 0 : (this.order(this.result)[0] ?? 0);
    this.draw(at);
  }

  private scalesOf(breakdown: Breakdown): Scale[] {
    const input = tops(this.store, this.layer.bottoms[breakdown.groups[0]?.bottom ?? 0]);
    const over = (of: (group: Group) => Float32Array): Scale => {
      const ranges = breakdown.groups.map((group) => rangeOf(of(group)));
      return new Scale({ low: Math.min(...ranges.map(({ low }) => low)), high: Math.max(...ranges.map(({ high }) => high)) });
    };
    return [input ? new Scale(rangeOf(input.values)) : over(valuesOf), over(factors), over(partsOf)];
  }

  private draw(at: number[]): void {
    const id = this.layer.tops[this.which] ?? "";
    const title = h("h3", {}, `How ${this.named(id)}${at.length ? ` [${at.join(", ")}]` : ""} is computed`);
    const { result } = this;
    const content = typeof result === "string" ? this.without(result, at) : this.summary(result);
    const own = this.ownMap(id, at);
    const head = h("div", { class: "pixel-head" }, own, h("div", { class: "summary" }, this.steer(at), ...content), ...this.sight(id, at));
    const hadKeys = this.element.contains(document.activeElement) && document.activeElement?.classList.contains("maps");
    refill(this.element, title, head, ...(typeof result === "string" ? [] : [this.groups(result)]));
    if (hadKeys) own?.querySelector<HTMLElement>(".maps")?.focus({ preventScroll: true });
    if (typeof this.result !== "string") {
      this.element.dataset["value"] = String(this.result.value);
      this.element.dataset["agrees"] = String(this.result.agrees);
    }
  }

  /** The place as numbers that can be typed. */
  private steer(at: number[]): HTMLElement {
    const shape = this.store.report.blobs[this.layer.tops[this.which] ?? ""]?.shape ?? [];
    const names = shape.length === 4 ? ["image", "map", "row", "column"] : shape.length === 2 ? ["image", "value"] : shape.map((_, axis) => `axis ${axis}`);
    const inputs = shape.map((size, axis) =>
      h("label", {}, names[axis] ?? "", h("input", {
        type: "number", min: 0, max: size - 1, value: at[axis] ?? 0,
        onchange: (event: Event) => {
          const input = event.target as HTMLInputElement;
          const value = Math.min(Math.max(Math.trunc(input.valueAsNumber || 0), 0), size - 1);
          this.store.set({ at: at.with(axis, value) });
        },
      })),
    );
    return h("div", { class: "steer" }, ...inputs.filter((_, axis) => (shape[axis] ?? 1) > 1));
  }

  /** A blob's name, shortened to fit in a text. */
  private named(id: BlobId): string {
    return shortened(this.store.report.blobs[id]?.name ?? id, MAX_NAME_LENGTH);
  }

  private summary(breakdown: Breakdown): HTMLElement[] {
    return [h("p", { class: "formula" }, breakdown.formula), this.verdict(breakdown), this.sums(breakdown)];
  }

  /** The reason why the page has no breakdown, and the command that prints one. */
  private without(why: string, at: number[]): HTMLElement[] {
    const { layer, store } = this;
    const note = layer.noBreakdown ? `No breakdown: ${layer.noBreakdown}.` : `This page has no breakdown: ${why}. This command prints it:`;
    return [h("p", { class: "note" }, note), ...commandLine(store.report, layer, this.which, at)];
  }

  /** The map that holds the value, so that another value can be chosen next to the arithmetic. */
  private ownMap(id: BlobId, at: number[]): HTMLElement | null {
    const values = tops(this.store, id);
    if (!values || values.shape.length !== 4) return null;
    const all = mapsOf(values, at[0]);
    const size = all.height * all.width;
    if (size === 1) return null;
    const map = at[1] ?? 0;
    const key = `${at[0]} ${map}`;
    const place = { map: 0, y: at[2] ?? 0, x: at[3] ?? 0 };
    if (this.own?.key !== key) {
      const scale = wholeScale(all);
      const grid = new Grid({
        title: `map ${map}`, maps: { ...all, values: all.values.subarray(map * size, (map + 1) * size), count: 1 },
        range: "fixed", fixed: { low: scale.low, high: scale.high }, chosen: place, target: 150,
        say: ({ y, x }) => `row ${y}, column ${x}`,
        pick: ({ y, x }) => this.store.set({ at: [at[0] ?? 0, map, y, x] }),
      });
      this.own = { key, grid, element: h("figure", { class: "own-map" }, h("h4", {}, `Map ${map} of ${all.count}`), grid.element) };
    } else this.own.grid.choose(place);
    return this.own.element;
  }

  private verdict(breakdown: Breakdown): HTMLElement {
    const half = [...this.layer.bottoms.map((id) => tops(this.store, id)), tops(this.store, this.layer.tops[this.which])].some((each) => each?.half);
    const why = half ? "the numbers in this file are rounded to float16" : "float32, added in another order";
    if (breakdown.stored === null) return h("p", { class: "verdict" }, "The engine's value is not in this file.");
    const same = Object.is(breakdown.value, breakdown.stored) || breakdown.value === breakdown.stored;
    return h(
      "p",
      { class: `verdict ${breakdown.agrees ? "good" : "bad"}` },
      h("b", {}, breakdown.agrees ? "✓ agrees with the engine" : "✗ differs from the engine"),
      `, which gave ${number(breakdown.stored)}: ${same ? "the same number" : `the difference is ${number(Math.abs(breakdown.value - breakdown.stored))} (${why})`}.`,
    );
  }

  /** The steps from the subtotals to the value, as a sum is written. */
  private sums(breakdown: Breakdown): HTMLElement {
    const last = breakdown.steps.length - 1;
    return h(
      "dl",
      { class: "steps" },
      ...breakdown.steps.flatMap((step, i) => [
        h("dt", { class: i === last ? "final" : "" }, step.text),
        h("dd", { class: i === last ? "final" : "", ...(i === last ? { id: "breakdown-value" } : {}) }, number(step.value)),
      ]),
    );
  }

  private order(breakdown: Breakdown): number[] {
    const order = breakdown.groups.map((_, i) => i);
    const size = (i: number): number => Math.abs(breakdown.groups[i]?.subtotal ?? 0);
    return this.largest ? order.sort((a, b) => size(b) - size(a)) : order;
  }

  private groups(breakdown: Breakdown): HTMLElement {
    if (breakdown.groups.length === 1) return h("div", { class: "groups" }, this.detail(breakdown.groups[0] as Group));
    const order = this.order(breakdown);
    const shown = this.all ? order : order.slice(0, MAX_GROUPS);
    const reach = Math.max(...breakdown.groups.map((group) => Math.abs(group.subtotal)), 1e-30);
    const again = (): void => this.draw(breakdown.at);
    const tools = h(
      "div",
      { class: "group-tools" },
      h("span", {}, counted(breakdown.groups.length, "subtotal")),
      h("button", { type: "button", "aria-pressed": this.largest, onclick: () => ((this.largest = true), again()) }, "largest first"),
      h("button", { type: "button", "aria-pressed": !this.largest, onclick: () => ((this.largest = false), again()) }, "in order"),
    );
    const rows = shown.flatMap((i) => {
      const group = breakdown.groups[i] as Group;
      const open = (): void => ((this.focus = this.focus === i ? -1 : i), again());
      return [this.groupRow(group, reach, this.focus === i, open), ...(this.focus === i ? [this.detail(group)] : [])];
    });
    const rest = order.slice(shown.length).reduce((total, i) => total + (breakdown.groups[i]?.subtotal ?? 0), 0);
    const more = order.length > shown.length && h("button", { type: "button", class: "more", onclick: () => ((this.all = true), again()) }, `${order.length - shown.length} more, together ${number(rest)}`);
    return h("div", { class: "groups" }, tools, ...rows, more);
  }

  private groupRow(group: Group, reach: number, open: boolean, act: () => void): HTMLElement {
    const share = (50 * Math.abs(group.subtotal)) / reach;
    const bar = h("span", { class: `waterfall ${group.subtotal < 0 ? "minus" : "plus"}`, style: `width:${share}%;${group.subtotal < 0 ? "right" : "left"}:50%` });
    const pictures = group.terms.length > 1 ? [this.thumb(group), ...this.patches(group, 40)] : [];
    return h(
      "button",
      { type: "button", class: "group-row", "aria-expanded": open, onclick: act },
      h("span", { class: "group-name" }, group.title),
      h("span", { class: "group-pictures" }, ...pictures),
      h("span", { class: "group-bar" }, bar),
      h("span", { class: "group-value" }, number(group.subtotal)),
    );
  }

  /** The input map with the window drawn on it. */
  private thumb(group: Group, size = 56): HTMLElement | null {
    const input = tops(this.store, this.layer.bottoms[group.bottom]);
    const inside = group.terms.filter((term) => term.at);
    const first = inside[0]?.at;
    if (!input || input.shape.length !== 4 || group.channel === null || !first) return null;
    const maps = mapsOf(input, first[0]);
    if (maps.height * maps.width === 1) return null;
    const canvas = picture(maps, first[1] ?? 0, wholeScale(maps));
    const span = (axis: number): [number, number] => {
      const places = inside.map((term) => term.at?.[axis] ?? 0);
      return [Math.min(...places), Math.max(...places) + 1];
    };
    const [[top, bottom], [left, right]] = [span(2), span(3)];
    const k = size / Math.max(maps.width, maps.height);
    Object.assign(canvas.style, { width: `${maps.width * k}px`, height: `${maps.height * k}px` });
    const mark = h("span", { class: "mark", style: `left:${left * k}px;top:${top * k}px;width:${Math.max((right - left) * k, 3)}px;height:${Math.max((bottom - top) * k, 3)}px` });
    return h("span", { class: "thumb", style: `width:${maps.width * k}px;height:${maps.height * k}px` }, canvas, mark);
  }

  /** Window, kernel and products as three small pictures. */
  private patches(group: Group, size: number): HTMLElement[] {
    if (group.shape.length !== 2) return [];
    const images = [valuesOf(group), ...(this.isProduct(group) ? [factors(group), partsOf(group)] : [])];
    return images.flatMap((values, i) => {
      const [height, width] = group.shape as [number, number];
      const canvas = picture({ values, count: 1, height, width, half: false }, 0, this.scales[i] as Scale);
      Object.assign(canvas.style, { width: `${size}px`, height: `${(size * height) / width}px` });
      canvas.classList.add("patch");
      const sign = i === 1 ? "×" : i === 2 ? "=" : "";
      return sign ? [h("span", { class: "sign" }, sign), canvas] : [canvas];
    });
  }

  private isProduct(group: Group): boolean {
    return group.terms.some((term) => term.factor !== null);
  }

  private detail(group: Group): HTMLElement {
    if (group.terms.length === 1 && group.shape.length === 0) {
      const term = group.terms[0] as Term;
      return h("p", { class: "note" }, ...this.link(group, term), term.factor === null ? ` ${number(term.value)}` : ` ${number(term.value)} × ${number(term.factor)} = ${number(term.part)}`);
    }
    const [height = 1, width = 1] = group.shape;
    const grid = group.shape.length === 2 && height <= MAX_READABLE && width <= MAX_READABLE;
    return h("div", { class: "detail" }, ...(grid ? this.sheets(group) : [this.list(group)]));
  }

  /** Three sheets of numbers: window × kernel = products. */
  private sheets(group: Group): HTMLElement[] {
    const input = this.named(this.layer.bottoms[group.bottom] ?? "");
    const window = this.sheet(`window of ${input}`, group, 0, (term) => term.at);
    const thumb = this.thumb(group, 118);
    const where = thumb ? [h("figure", { class: "where" }, thumb, h("figcaption", {}, `${input}, ${group.title}`))] : [];
    if (!this.isProduct(group)) return [...where, window];
    const total = h("p", { class: "note" }, group.terms.length === 1 ? "" : `The ${group.terms.length} products add up to ${number(group.subtotal)}.`, group.terms.some((term) => !term.at) ? " Hatched: padding, 0." : "");
    return [...where, window, h("span", { class: "sign" }, "×"), this.sheet(FACTORS[this.layer.rule.kind] ?? "kernel", group, 1), h("span", { class: "sign" }, "="), this.sheet("products", group, 2), total];
  }

  private sheet(caption: string, group: Group, which: 0 | 1 | 2, at?: (term: Term) => number[] | null): HTMLElement {
    const [height = 1, width = 1] = group.shape;
    const [scale, values] = [this.scales[which] as Scale, [valuesOf, factors, partsOf][which]?.(group) ?? new Float32Array()];
    const rows = Array.from({ length: height }, (_, y) =>
      h("tr", {}, ...Array.from({ length: width }, (_, x) => {
        const [term, value] = [group.terms[y * width + x] as Term, values[y * width + x] as number];
        const open = at && term.at && (() => this.upstream(group, term.at as number[]));
        const text = compact(value);
        return h(
          "td",
          { style: `background:${scale.css(value)};color:${scale.ink(value)}`, class: term.at ? "" : "padding", title: `${term.at ? `[${term.at.join(", ")}]` : "padding"} ${number(value)}` },
          open ? h("button", { type: "button", onclick: open }, text) : text,
        );
      })),
    );
    return h("figure", { class: `sheet ${width > 5 ? "dense" : width > 3 ? "" : "wide"}` }, h("table", {}, h("tbody", {}, ...rows)), h("figcaption", {}, caption));
  }

  private list(group: Group): HTMLElement {
    const order = group.terms.filter((term) => term.at).sort((a, b) => Math.abs(b.part) - Math.abs(a.part));
    const shown = order.slice(0, MAX_TERMS);
    const rest = order.slice(MAX_TERMS).reduce((total, term) => total + term.part, 0);
    const product = this.isProduct(group);
    const line = (term: Term): HTMLElement =>
      h("tr", {}, h("td", {}, ...this.link(group, term)), h("td", { class: "num" }, number(term.value)), product && h("td", { class: "num" }, `× ${number(term.factor ?? 1)}`), h("td", { class: "num" }, number(term.part)));
    const more = order.length > shown.length && h("tr", {}, h("td", { colspan: product ? 3 : 2 }, `${order.length - shown.length} smaller terms together`), h("td", { class: "num" }, number(rest)));
    return h("table", { class: "terms" }, h("thead", {}, h("tr", {}, h("th", {}, "place"), h("th", { class: "num" }, "value"), product && h("th", { class: "num" }, "weight"), h("th", { class: "num" }, product ? "product" : "term"))), h("tbody", {}, ...shown.map(line), more));
  }

  private link(group: Group, term: Term): (HTMLElement | string)[] {
    const id = this.layer.bottoms[group.bottom] ?? "";
    const name = `${this.named(id)} [${term.at?.join(", ") ?? ""}]`;
    const at = term.at;
    return at && this.store.makers.has(id) ? [h("button", { type: "button", class: "link", onclick: () => this.upstream(group, at) }, name)] : [name];
  }

  /** Opens an input of this value at the layer that computes it. */
  private upstream(group: Group, at: number[]): void {
    const id = this.layer.bottoms[group.bottom] ?? "";
    const maker = this.store.makers.get(id);
    if (maker) this.store.open(maker, at, maker.tops.indexOf(id));
  }

  /** The receptive field of the value on each input. */
  private sight(id: BlobId, at: number[]): HTMLElement[] {
    const shape = this.store.report.blobs[id]?.shape;
    if (!shape || this.layer.bottoms.length === 0) return [];
    const receptive = shape.length === 4 ? fields(this.store.report, id, at[2] ?? 0, at[3] ?? 0) : fields(this.store.report, id, 0, 0);
    return this.store.report.inputs.flatMap((input) => {
      const [field, from] = [receptive.get(input), this.store.report.blobs[input]?.shape];
      return field && from?.length === 4 ? [this.fieldOn(input, field, from)] : [];
    });
  }

  private fieldOn(input: BlobId, field: Field, shape: Shape): HTMLElement {
    const { inside, padded } = clipped(field, shape);
    const name = this.named(input);
    const [tall, wide] = [length(field.rows), length(field.columns)];
    const text =
      `It depends on ${tall} × ${wide} pixels of ${name}: rows ${field.rows[0]} to ${field.rows[1]}, columns ${field.columns[0]} to ${field.columns[1]}. ` +
      (padded > 0 ? `${(100 * padded).toFixed(1)} % of that is padding.` : "None of that is padding.");
    const image = this.onImage(input, inside, shape);
    return h("div", { class: "sight" }, h("h4", {}, "Its receptive field"), image, h("p", {}, text));
  }

  private onImage(input: BlobId, inside: Field, shape: Shape): HTMLElement | null {
    const [rows, columns] = [shape[2] ?? 1, shape[3] ?? 1];
    const box = { left: inside.columns[0] / columns, top: inside.rows[0] / rows, width: length(inside.columns) / columns, height: length(inside.rows) / rows };
    const mark = (left: number, top: number, width: number, height: number): HTMLElement =>
      h("span", { class: "mark", style: `left:${100 * left}%;top:${100 * top}%;width:${100 * width}%;height:${100 * height}%` });
    const original = this.store.report.image;
    if (original?.blob === input) {
      const { view, width, height } = original;
      const across = (part: number): number => (view.left + part * view.width) / width;
      const down = (part: number): number => (view.top + part * view.height) / height;
      const place = mark(across(box.left), down(box.top), (box.width * view.width) / width, (box.height * view.height) / height);
      return h("div", { class: "image" }, h("img", { src: original.src, width, height, alt: "the input image" }), place);
    }
    const values = tops(this.store, input);
    if (!values) return null;
    const maps = mapsOf(values);
    return h("div", { class: "image" }, picture(maps, 0, wholeScale(maps)), mark(box.left, box.top, box.width, box.height));
  }
}

/** The captions of factors that are no kernel. */
const FACTORS: Partial<Record<Rule["kind"], string>> = { interp: "interpolation weights", lrn: "the same values" };

const valuesOf = (group: Group): Float32Array => Float32Array.from(group.terms, (term) => term.value);
const factors = (group: Group): Float32Array => Float32Array.from(group.terms, (term) => term.factor ?? 1);
const partsOf = (group: Group): Float32Array => Float32Array.from(group.terms, (term) => term.part);

/** Three digits, so that a sheet of numbers stays narrow. */
function compact(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return number(value);
  if (size === 0) return "0";
  const small = size < 0.0005 || size >= 9999.5;
  const text = small ? value.toExponential(0).replace("e+", "e") : value.toFixed(size < 1 ? 3 : size < 10 ? 2 : size < 100 ? 1 : 0);
  return text.replace(/^(-?)0\./, "$1.").replaceAll("-", "−");
}
