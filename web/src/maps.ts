// Maps as pictures: a grid on one canvas, one range of colours, values under the pointer, a pixel to choose.

import type { Tensor } from "./arrays";
import { rangeOf, Scale, type Range } from "./colours";
import { counted, h, number } from "./dom";
import type { Shape } from "./types";

export type RangeMode = "map" | "blob" | "fixed";

/** Maps of one image: `values` holds `count` maps of height x width. */
export interface Maps {
  values: Float32Array;
  count: number;
  height: number;
  width: number;
  half: boolean;
  /** The number of values, where the last row is not full. */
  real?: number;
}

/** The maps of image n of N x C x H x W; vectors are maps of one pixel, other axes are laid out as rows. */
export function mapsOf(tensor: Tensor, image = 0): Maps {
  const [, c = 1, ...rest] = tensor.shape;
  const width = rest.at(-1) ?? 1;
  const height = rest.slice(0, -1).reduce((product, size) => product * size, 1);
  const size = c * height * width;
  const values = tensor.values.subarray(image * size, (image + 1) * size);
  return { values, count: tensor.shape.length === 1 ? 1 : c, height, width, half: tensor.half };
}

export interface Place {
  map: number;
  y: number;
  x: number;
}

/** A place on the maps of one image as a place of the blob, and back. */
export function placeIn(shape: Shape, image: number, { map, y, x }: Place): number[] {
  if (shape.length <= 1) return shape.length ? [x] : [];
  const rest = shape.slice(2);
  const at = [image, map];
  const width = rest.at(-1) ?? 1;
  let row = y;
  const rows: number[] = [];
  for (const size of rest.slice(0, -1).reverse()) {
    rows.unshift(row % size);
    row = Math.floor(row / size);
  }
  return rest.length ? [...at, ...rows, Math.min(x, width - 1)] : at;
}

export function chosenIn(shape: Shape, at: number[] | null): Place | null {
  if (!at) return null;
  if (shape.length <= 1) return { map: 0, y: 0, x: at[0] ?? 0 };
  const y = shape.slice(2, -1).reduce((row, size, i) => row * size + (at[2 + i] ?? 0), 0);
  return { map: at[1] ?? 0, y, x: shape.length > 2 ? (at.at(-1) ?? 0) : 0 };
}

interface Options {
  title: string;
  maps: Maps;
  range: RangeMode;
  fixed: Range;
  chosen: Place | null;
  /** Rectangle drawn on every map. */
  window?: { top: number; left: number; height: number; width: number };
  /** Keys go on from place to place; a pointer means one. */
  pick?(place: Place, by: "pointer" | "key"): void;
  /** Names a place; "map 3, row 1, column 2" by default. */
  say?(place: Place): string;
  /** Draws a map, where it is not by one colour for each value. */
  paint?(map: number): HTMLCanvasElement;
  /** The text while nothing is pointed at. */
  hint?: string;
  /** The noun for a map; "map" by default. */
  word?: string;
  /** The width that a map should have, in CSS pixels. */
  target?: number;
}

const GAP = 6;
/** Room for the frame around the chosen map. */
const EDGE = 3;
/** In CSS pixels: browsers draw no canvas that is much taller. */
const MAX_HEIGHT = 12000;

export function mapGrid(options: Options): HTMLElement {
  return options.maps.height * options.maps.width === 1 ? new Bars(options).element : new Grid(options).element;
}

/** A picture of one map, smoothed only where it shrinks. */
export function picture(maps: Maps, map: number, scale: Scale): HTMLCanvasElement {
  const canvas = h("canvas", { width: maps.width, height: maps.height });
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  const image = context.createImageData(maps.width, maps.height);
  const packed = new Uint32Array(image.data.buffer);
  const start = map * maps.width * maps.height;
  const real = Math.min(packed.length, (maps.real ?? Infinity) - start);
  for (let i = 0; i < real; i++) packed[i] = scale.packed(maps.values[start + i] as number);
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Three planes as one picture in colour: Caffe's nets have blue, green, red. Zero is grey. */
export function coloured(planes: Float32Array, height: number, width: number): HTMLCanvasElement {
  const canvas = h("canvas", { width, height });
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  const image = context.createImageData(width, height);
  const { low, high } = rangeOf(planes);
  const reach = Math.max(-low, high) || 1;
  const size = height * width;
  for (let i = 0; i < size; i++) {
    for (let channel = 0; channel < 3; channel++) image.data[4 * i + 2 - channel] = 127.5 + (127.5 * (planes[channel * size + i] as number)) / reach;
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function scaleFor(options: Options, map: number): Scale {
  const { maps } = options;
  const size = maps.height * maps.width;
  if (options.range === "fixed") return new Scale(options.fixed);
  if (options.range === "map") return new Scale(rangeOf(maps.values, map * size, (map + 1) * size));
  return new Scale(rangeOf(maps.values, 0, maps.count * size));
}

export class Grid {
  readonly element: HTMLElement;
  private readonly canvas = h("canvas", { class: "maps" });
  private readonly readout = h("p", { class: "readout", "aria-live": "polite" });
  private readonly sheet: HTMLCanvasElement;
  private columns = 1;
  private zoom = 1;
  private chosen: Place | null;
  private hover: Place | null = null;

  constructor(private readonly options: Options) {
    const { maps } = options;
    this.chosen = options.chosen;
    this.sheet = this.paint();
    // Screen readers leave the arrows to what is an application.
    for (const [key, value] of Object.entries(options.pick ? { role: "application", tabindex: "0" } : { role: "img" })) this.canvas.setAttribute(key, value);
    this.canvas.setAttribute("aria-label", `${options.title}: ${counted(maps.count, options.word ?? "map")} of ${maps.height} × ${maps.width}.${options.pick ? " Arrow keys move the chosen pixel." : ""}`);
    this.element = h("div", { class: "map-grid" }, this.canvas, this.readout);
    this.canvas.addEventListener("pointermove", (event) => this.point(this.placeAt(event)));
    this.canvas.addEventListener("pointerleave", () => this.point(null));
    this.canvas.addEventListener("click", (event) => this.pick(this.placeAt(event), "pointer"));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.layout()).observe(this.element);
    this.updateReadout();
  }

  /** All maps below each other, one pixel each. */
  private paint(): HTMLCanvasElement {
    const { maps } = this.options;
    const across = Math.max(1, Math.ceil(Math.sqrt((maps.count * maps.height) / maps.width)));
    const sheet = h("canvas", { width: across * maps.width, height: Math.ceil(maps.count / across) * maps.height });
    const context = sheet.getContext("2d");
    const shared = this.options.range === "map" ? null : scaleFor(this.options, 0);
    const paint = this.options.paint ?? ((map: number) => picture(maps, map, shared ?? scaleFor(this.options, map)));
    for (let map = 0; map < maps.count; map++)
      context?.drawImage(paint(map), (map % across) * maps.width, Math.floor(map / across) * maps.height);
    return sheet;
  }

  private layout(): void {
    const { maps } = this.options;
    const room = Math.max(this.element.clientWidth, 120) - 2 * EDGE;
    const target = this.options.target ?? (maps.count <= 3 ? 224 : maps.count <= 24 ? 112 : 72);
    const fit = Math.min(target, maps.count > 3 ? Math.max(room / 6, 44) : room) / maps.width;
    this.zoom = fit >= 1 ? Math.floor(Math.max(fit, 1)) : fit;
    if (this.zoom * maps.width < 8) this.zoom = 8 / maps.width;
    const cell = this.zoom * maps.width + GAP;
    this.columns = Math.max(1, Math.min(maps.count, Math.floor((room + GAP) / cell)));
    this.draw();
  }

  private draw(): void {
    const { maps } = this.options;
    const [w, tall] = [this.zoom * maps.width, this.zoom * maps.height];
    const rows = Math.ceil(maps.count / this.columns);
    const [width, height] = [this.columns * (w + GAP) - GAP + 2 * EDGE, Math.min(rows * (tall + GAP) - GAP + 2 * EDGE, MAX_HEIGHT)];
    const ratio = Math.min(devicePixelRatio || 1, 2, 16000 / Math.max(height, 1));
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    [this.canvas.width, this.canvas.height] = [Math.ceil(width * ratio), Math.ceil(height * ratio)];
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.scale(ratio, ratio);
    context.imageSmoothingEnabled = this.zoom < 1;
    const across = this.sheet.width / maps.width;
    for (let map = 0; map < maps.count; map++) {
      const [x, y] = this.corner(map);
      if (y > MAX_HEIGHT) break;
      context.drawImage(this.sheet, (map % across) * maps.width, Math.floor(map / across) * maps.height, maps.width, maps.height, x, y, w, tall);
    }
    this.mark(context);
    // For tests that click a pixel.
    Object.assign(this.canvas.dataset, { edge: EDGE, columns: this.columns, cell: w + GAP, row: tall + GAP, zoom: this.zoom });
  }

  private corner(map: number): [number, number] {
    const { maps } = this.options;
    const [row, column] = [Math.floor(map / this.columns), map % this.columns];
    return [EDGE + column * (this.zoom * maps.width + GAP), EDGE + row * (this.zoom * maps.height + GAP)];
  }

  private mark(context: CanvasRenderingContext2D): void {
    const { maps, window } = this.options;
    const outline = (x: number, y: number, w: number, height: number): void => {
      context.lineWidth = 3.5;
      context.strokeStyle = "#fff";
      context.strokeRect(x, y, w, height);
      context.lineWidth = 1.75;
      context.strokeStyle = "#d6246e";
      context.strokeRect(x, y, w, height);
    };
    if (window)
      for (let map = 0; map < maps.count; map++) {
        const [x, y] = this.corner(map);
        outline(x + window.left * this.zoom, y + window.top * this.zoom, window.width * this.zoom, window.height * this.zoom);
      }
    if (!this.chosen) return;
    const [x, y] = this.corner(this.chosen.map);
    context.lineWidth = 2;
    context.strokeStyle = "#d6246e";
    if (maps.count > 1) context.strokeRect(x - 2, y - 2, maps.width * this.zoom + 4, maps.height * this.zoom + 4);
    const size = Math.max(this.zoom, 5);
    outline(x + (this.chosen.x + 0.5) * this.zoom - size / 2, y + (this.chosen.y + 0.5) * this.zoom - size / 2, size, size);
  }

  private placeAt(event: MouseEvent): Place | null {
    const { maps } = this.options;
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - EDGE, event.clientY - box.top - EDGE];
    const [w, tall] = [this.zoom * maps.width, this.zoom * maps.height];
    const map = Math.floor(y / (tall + GAP)) * this.columns + Math.floor(x / (w + GAP));
    const place = { map, y: Math.floor((y % (tall + GAP)) / this.zoom), x: Math.floor((x % (w + GAP)) / this.zoom) };
    return x >= 0 && y >= 0 && map < maps.count && place.x < maps.width && place.y < maps.height && x < this.columns * (w + GAP) ? place : null;
  }

  private value({ map, y, x }: Place): number {
    const { maps } = this.options;
    return maps.values[(map * maps.height + y) * maps.width + x] as number;
  }

  private point(place: Place | null): void {
    this.hover = place;
    this.updateReadout();
  }

  private updateReadout(): void {
    const place = this.hover ?? this.chosen;
    const word = this.options.word ?? "map";
    this.readout.textContent = place
      ? `${this.options.say?.(place) ?? `${word} ${place.map}, row ${place.y}, column ${place.x}`}:  ${number(this.value(place))}`
      : (this.options.hint ?? "Point at a value to read it.");
  }

  /** Marks a place that was chosen outside of this grid. */
  choose(place: Place | null): void {
    this.chosen = place;
    this.hover = null;
    this.draw();
    this.updateReadout();
  }

  private pick(place: Place | null, by: "pointer" | "key"): void {
    if (!place || !this.options.pick) return;
    this.choose(place);
    this.options.pick(place, by);
  }

  private key(event: KeyboardEvent): void {
    const { maps } = this.options;
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const turn = { "[": -1, "]": 1 }[event.key];
    if ((!step && !turn) || !this.options.pick) return;
    event.preventDefault();
    event.stopPropagation();
    const from = this.chosen ?? { map: 0, y: Math.floor(maps.height / 2), x: Math.floor(maps.width / 2) };
    const hold = (value: number, size: number): number => Math.min(Math.max(value, 0), size - 1);
    this.hover = null;
    this.pick({
      map: hold(from.map + (turn ?? 0), maps.count),
      y: hold(from.y + (step?.[0] ?? 0), maps.height),
      x: hold(from.x + (step?.[1] ?? 0), maps.width),
    }, "key");
  }
}

/** A vector: a bar for each value, and the largest ones in words. */
class Bars {
  readonly element: HTMLElement;

  constructor(options: Options) {
    const { maps } = options;
    const { low, high } = rangeOf(maps.values, 0, maps.count);
    const [start, end] = [Math.min(low, 0), Math.max(high, 0)];
    const span = end - start || 1;
    const order = Array.from({ length: maps.count }, (_, i) => i)
      .sort((a, b) => (maps.values[b] as number) - (maps.values[a] as number))
      .slice(0, 10);
    const rows = order.map((i) => {
      const value = maps.values[i] as number;
      const [from, to] = [Math.min(value, 0), Math.max(value, 0)];
      const bar = h("span", { class: "bar-fill", style: `left:${(100 * (from - start)) / span}%;width:${(100 * (to - from)) / span}%` });
      return h(
        "button",
        { type: "button", class: `bar-row${options.chosen?.map === i ? " chosen" : ""}`, onclick: () => options.pick?.({ map: i, y: 0, x: 0 }, "pointer") },
        h("span", { class: "bar-name" }, `[${i}]`),
        h("span", { class: "bar-track" }, bar),
        h("span", { class: "bar-value" }, number(value)),
      );
    });
    const all = maps.count > 10 ? strip(options, { low, high }) : null;
    this.element = h("div", { class: "bars" }, ...(all ? [all, h("p", { class: "note" }, "The 10 largest:")] : []), ...rows);
  }
}

/** All values of a vector in rows of little squares. */
function strip(options: Options, range: Range): HTMLElement {
  const { maps } = options;
  const width = [...Array(49).keys()].map((i) => 64 - i).find((size) => maps.count % size === 0) ?? Math.min(maps.count, 64);
  const height = Math.ceil(maps.count / width);
  const values = new Float32Array(width * height);
  values.set(maps.values.subarray(0, maps.count));
  const place = (i: number): Place => ({ map: 0, y: Math.floor(i / width), x: i % width });
  const index = ({ y, x }: Place): number => y * width + x;
  const pick = options.pick && ((at: Place, by: "pointer" | "key") => index(at) < maps.count && options.pick?.({ map: index(at), y: 0, x: 0 }, by));
  return new Grid({
    title: options.title,
    maps: { values, count: 1, height, width, half: maps.half, real: maps.count },
    range: "fixed",
    fixed: options.range === "fixed" ? options.fixed : range,
    chosen: options.chosen && place(options.chosen.map),
    say: (at) => `value ${index(at)}`,
    target: 640,
    ...(pick ? { pick } : {}),
  }).element;
}

/** The colours of a range, with its ends. */
export function legend(scale: Scale): HTMLElement {
  return h(
    "div",
    { class: "legend" },
    h("span", {}, number(scale.low)),
    h("span", { class: "legend-bar", style: `background:${scale.gradient()}` }),
    h("span", {}, number(scale.high)),
  );
}

export const wholeScale = (maps: Maps): Scale => new Scale(rangeOf(maps.values, 0, maps.count * maps.height * maps.width));
