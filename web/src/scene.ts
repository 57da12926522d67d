// A drawing that can be zoomed and moved: items out of view are left out, and the whole can be saved as an SVG file.

import { select } from "d3-selection";
import { zoom, zoomIdentity, type ZoomBehavior } from "d3-zoom";
import { download, h, s } from "./dom";

/** A frame, an edge or a box, and the rows it takes. */
export interface Item {
  element: SVGElement;
  top: number;
  bottom: number;
}

/** The zoom and position that d3 keeps. */
interface Transform {
  k: number;
  x: number;
  y: number;
  apply(point: [number, number]): [number, number];
  toString(): string;
}

declare global {
  interface SVGSVGElement {
    __zoom?: Transform;
  }
}

/** An item with its texts, each with its parent. */
interface Drawn extends Item {
  texts: [Element, SVGTextElement][];
}

const withTexts = (item: Item): Drawn => ({ ...item, texts: [...item.element.querySelectorAll("text")].map((text) => [text.parentNode as Element, text]) });

/** Texts are left out below this scale. */
const MIN_TEXT_SCALE = 0.3;

const PARTS = "rect, text, tspan, path, line";
const STYLES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font", "white-space"];

export class Scene {
  private readonly tools = h("div", { class: "tools", role: "toolbar", "aria-label": "The graph" });
  readonly element: HTMLElement;
  private readonly scene = s("g");
  private readonly svg: SVGSVGElement;
  private readonly zoomer: ZoomBehavior<SVGSVGElement, unknown>;
  private items: Drawn[] = [];
  private hasTexts = true;
  private size = { width: 1, height: 1, start: 0 };
  private lastWidth = 0;

  constructor(label: string) {
    this.svg = s("svg", { class: "graph", role: "group", "aria-label": label }, this.scene);
    this.zoomer = zoom<SVGSVGElement, unknown>()
      .scaleExtent([0.05, 3])
      .on("zoom", (event: { transform: Transform }) => {
        this.scene.setAttribute("transform", event.transform.toString());
        this.cull(event.transform);
      });
    select(this.svg).call(this.zoomer).on("dblclick.zoom", null);
    this.element = h("div", { class: "graph-box" }, this.tools, this.svg);
  }

  /** The buttons; `name` is that of the file that is saved. */
  offer(name: string, whole: string, more: [label: string, title: string, act: () => void][]): void {
    const all: typeof more = [
      ["+", "Zoom in", () => this.scale(1.4)],
      ["−", "Zoom out", () => this.scale(1 / 1.4)],
      ["Fit", `Show ${whole}`, () => this.fit(true)],
      ...more,
      ["SVG", "Save the graph as an SVG file", () => this.save(name)],
    ];
    this.tools.replaceChildren(...all.map(([label, title, act]) => h("button", { type: "button", title, "aria-label": title, onclick: act }, label)));
  }

  /** Draws items, the first ones beneath the others; the first node is at x = `start`. */
  draw(size: { width: number; height: number; start: number }, items: Item[]): void {
    this.size = size;
    this.items = items.map(withTexts);
    this.hasTexts = true;
    if (this.svg.__zoom) this.scene.replaceChildren();
    else this.scene.replaceChildren(...items.map((item) => item.element));
    if (this.svg.__zoom) this.cull(this.svg.__zoom);
  }

  /**
   * Leaves out items above or below the view, and texts that are too small to read, so that large nets move quickly.
   * They leave the document because Chromium lays out texts again whenever the scene moves, hidden ones too.
   */
  private cull({ k, y }: Transform): void {
    this.showTexts(k >= MIN_TEXT_SCALE);
    const [top, bottom] = [-y / k - 200, (this.svg.clientHeight - y) / k + 200];
    let next = this.scene.firstElementChild;
    for (const { element, top: start, bottom: end } of this.items) {
      const attached = element === next;
      if (attached) next = element.nextElementSibling;
      // An item with the focus stays, so that keys work from there.
      const hidden = (end < top || start > bottom) && !element.contains(document.activeElement);
      if (hidden && attached) element.remove();
      else if (!hidden && !attached) this.scene.insertBefore(element, next);
    }
  }

  /** Adds the texts to the drawing, or removes them. */
  private showTexts(shown: boolean): void {
    if (shown === this.hasTexts) return;
    this.hasTexts = shown;
    for (const { texts } of this.items) for (const [parent, text] of texts) shown ? parent.append(text) : text.remove();
  }

  scale(factor: number): void {
    select(this.svg).call(this.zoomer.scaleBy, factor);
  }

  /** Fits the width, from the top and no smaller than is readable; with `whole` fits all of the drawing. */
  fit(whole = false): void {
    const { clientWidth: width, clientHeight: height } = this.svg;
    if (!width) return;
    this.lastWidth = width;
    const across = width / this.size.width;
    const k = whole ? Math.min(across, height / this.size.height, 1.2) : Math.min(Math.max(across, 0.6), 1);
    const wide = k * this.size.width;
    const x = wide <= width ? (width - wide) / 2 : Math.min(Math.max(width / 2 - k * this.size.start, width - wide), 0);
    this.move(x, whole ? Math.max(0, (height - k * this.size.height) / 2) : 8, k);
  }

  /** Keeps the middle in the middle; fits a drawing that had no size until now, and then returns true. */
  resized(): boolean {
    const [now, before] = [this.svg.clientWidth, this.lastWidth];
    this.lastWidth = now;
    if (now && !before) this.fit();
    else if (now && now !== before) select(this.svg).call(this.zoomer.translateBy, (now - before) / 2 / (this.svg.__zoom?.k ?? 1), 0);
    return now > 0 && !before;
  }

  /** Brings a place into view if it is not in view. */
  center(x: number, y: number): void {
    const { clientWidth: width, clientHeight: height } = this.svg;
    if (!width) return;
    const matrix = this.svg.__zoom ?? zoomIdentity;
    const [px, py] = matrix.apply([x, y]);
    if (matrix.k > 0.5 && px > 90 && px < width - 90 && py > 60 && py < height - 60) return;
    const k = Math.max(matrix.k, 0.75);
    this.move(width / 2 - k * x, height / 2 - k * y, k);
  }

  private move(x: number, y: number, k: number): void {
    select(this.svg).call(this.zoomer.transform, zoomIdentity.translate(x, y).scale(k));
  }

  /** The drawing as a file of its own, with the styles it needs. */
  private save(name: string): void {
    const shown = this.svg.__zoom;
    this.showTexts(true);
    this.scene.replaceChildren(...this.items.map(({ element }) => element));
    const copy = this.svg.cloneNode(true) as SVGSVGElement;
    const [width, height] = [String(Math.ceil(this.size.width)), String(Math.ceil(this.size.height))];
    copy.firstElementChild?.removeAttribute("transform");
    for (const [key, value] of Object.entries({ xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, width, height })) copy.setAttribute(key, value);
    const drawn = [...this.svg.querySelectorAll<SVGElement>(PARTS)];
    [...copy.querySelectorAll<SVGElement>(PARTS)].forEach((element, i) => {
      const style = getComputedStyle(drawn[i] as SVGElement);
      element.setAttribute("style", STYLES.map((key) => `${key}:${style.getPropertyValue(key)}`).join(";"));
    });
    copy.style.background = getComputedStyle(this.element).backgroundColor;
    if (shown) this.cull(shown);
    download(`${name}.svg`, "image/svg+xml", new XMLSerializer().serializeToString(copy));
  }
}

export const onEnter = (act: (event: Event) => void) => (event: KeyboardEvent): void => {
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  act(event);
};

export function drawEdge(edge: { points?: { x: number; y: number }[]; text?: string; x?: number; y?: number; width?: number }): SVGElement {
  const points = edge.points ?? [];
  const text = edge.text ?? "";
  const [x, y, width] = [edge.x ?? 0, edge.y ?? 0, edge.width ?? 0];
  return s(
    "g",
    { class: "edge" },
    s("path", { d: smooth(points) }),
    text && s("rect", { x: x - width / 2, y: y - 9, width, height: 18, rx: 9 }),
    text && s("text", { x, y: y + 4, "text-anchor": "middle" }, text),
  );
}

/** Through the middles between the points, bent at the points. */
function smooth(points: { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (!first || !last) return "";
  const bends = rest.slice(0, -1).map((p, i) => {
    const next = rest[i + 1] ?? last;
    return `Q${p.x} ${p.y} ${(p.x + next.x) / 2} ${(p.y + next.y) / 2}`;
  });
  return `M${first.x} ${first.y}${bends.join("")}L${last.x} ${last.y}`;
}

export interface Rect { left: number; top: number; right: number; bottom: number }

/** The rectangle around boxes, with a margin. */
export function around(boxes: { x: number; y: number; width: number; height: number }[]): Rect {
  const reach = (of: (box: (typeof boxes)[number]) => number): number[] => boxes.map(of);
  return {
    left: Math.min(...reach((box) => box.x - box.width / 2)) - 10, top: Math.min(...reach((box) => box.y - box.height / 2)) - 10,
    right: Math.max(...reach((box) => box.x + box.width / 2)) + 10, bottom: Math.max(...reach((box) => box.y + box.height / 2)) + 10,
  };
}

/** A faint frame, with a title above it that folds its content. */
export function frame({ left, top, right, bottom }: Rect, text: string, fold: () => void): Item {
  const element = s(
    "g",
    { class: "frame" },
    s("rect", { x: left, y: top, width: right - left, height: bottom - top, rx: 14 }),
    s("text", { x: left + 8, y: top - 5, role: "button", tabindex: 0, onclick: fold, onkeydown: onEnter(fold) }, text),
  );
  return { element, top: top - 20, bottom };
}
