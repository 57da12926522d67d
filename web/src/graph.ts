// The net as a graph: in-place layers stacked on the node they change, modules by name prefix, shapes on edges.

import dagre, { type graphlib } from "@dagrejs/dagre";
import { select } from "d3-selection";
import { zoom, zoomIdentity, type ZoomBehavior } from "d3-zoom";
import { download, h, percent, s, short, textWidth } from "./dom";
import { costOf, CONVENTIONS, show, type Row } from "./rules";
import type { Store } from "./store";
import type { BlobId, Layer, Report } from "./types";

/** A layer and those that work in place on what it makes. */
interface Stack {
  layers: Layer[];
  module: string;
}

/** Where d3 has the scene. */
interface Transform {
  k: number;
  x: number;
  y: number;
  apply(point: [number, number]): [number, number];
  toString(): string;
}

/** A frame, an edge or a box, the rows it takes, and its texts with what they stand in. */
interface Drawn {
  element: SVGElement;
  top: number;
  bottom: number;
  texts: [Element, SVGTextElement][];
}

const drawnAs = (element: SVGElement, top: number, bottom: number): Drawn => ({
  element, top, bottom, texts: [...element.querySelectorAll("text")].map((text) => [text.parentNode as Element, text]),
});

/** What stands for one box: a stack, or a folded module. */
interface Box {
  id: string;
  stacks: Stack[];
  folded: boolean;
}

const NAME_FONT = "600 14px system-ui, sans-serif";
const TEXT_FONT = "12px system-ui, sans-serif";
const ROW = 24;
const HEAD = 50;
/** Texts are not drawn smaller than this scale. */
const FAR = 0.3;
/** Larger nets start with their modules folded. */
const MANY = 80;

const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^Deconv|Conv/i, "conv"],
  [/InnerProduct/, "dense"],
  [/Pool/, "pool"],
  [/LRN|Norm|^BN$|^Scale$|^Bias$/, "norm"],
  [/Input|Data$/, "input"],
  [/Concat|Slice|Eltwise|Split|Axpy/, "join"],
];

/** Names longer than this lose their middle. */
const LONGEST = 34;

/** A text that leaves a box a width that can be looked at; the whole of it is in the title. */
const shortened = (text: string): string => {
  const letters = [...text];
  return letters.length <= LONGEST ? text : `${letters.slice(0, LONGEST / 2 - 1).join("")}…${letters.slice(-LONGEST / 2).join("")}`;
};

export const family = (type: string): string => FAMILIES.find(([pattern]) => pattern.test(type))?.[1] ?? "other";

/** "inception_3a" of "inception_3a/1x1", "res2a" of "res2a_branch1"; nothing where a name has no such part. */
export function prefix(name: string): string {
  const slash = name.indexOf("/");
  if (slash > 0) return name.slice(0, slash);
  return /^[A-Za-z]+_?\d+[a-z]?\d*(_\d+)?(?=[_/])/.exec(name)?.[0] ?? "";
}

function stacksOf(report: Report): Stack[] {
  const stacks: Stack[] = [];
  const makers = new Map<BlobId, Stack>();
  for (const layer of report.layers) {
    const before = layer.bottoms[0];
    const inPlace =
      layer.tops.length === 1 && before !== undefined && report.blobs[before]?.name === report.blobs[layer.tops[0] ?? ""]?.name;
    let stack = inPlace ? makers.get(before) : undefined;
    if (stack) stack.layers.push(layer);
    else stacks.push((stack = { layers: [layer], module: prefix(layer.name) }));
    for (const top of layer.tops) makers.set(top, stack);
  }
  // A module is a run of stacks in the file: what is folded then never leads back into itself.
  let run: Stack[] = [];
  let number = 0;
  const close = (): void => {
    for (const stack of run) stack.module = run.length > 1 && run.length < stacks.length ? `${stack.module}\n${number}` : "";
    number++;
  };
  for (const stack of stacks) {
    // "res2a" ends what "res2a_branch1" began.
    if (run[0]?.module && run[0].module === stack.layers[0]?.name) stack.module = run[0].module;
    if (run.length && run[0]?.module !== stack.module) {
      close();
      run = [];
    }
    run.push(stack);
  }
  close();
  for (const stack of stacks) if (stack.module.startsWith("\n")) stack.module = "";
  return stacks;
}

const titleOf = (module: string): string => module.split("\n")[0] ?? "";

export class GraphView {
  readonly element: HTMLElement;
  private readonly svg: SVGSVGElement;
  private readonly scene: SVGGElement;
  private readonly zoomer: ZoomBehavior<SVGSVGElement, unknown>;
  private readonly stacks: Stack[];
  private readonly folded = new Set<string>();
  private readonly places = new Map<number, { x: number; y: number; element: SVGElement }>();
  private drawn: Drawn[] = [];
  private far = false;
  private size = { width: 1, height: 1 };
  private seenWidth = 0;
  private readonly tools: HTMLElement;

  constructor(private readonly store: Store) {
    this.stacks = stacksOf(store.report);
    if (this.stacks.length > MANY) for (const module of this.modules()) this.folded.add(module);
    this.scene = s("g");
    this.svg = s("svg", { class: "graph", role: "group", "aria-label": "The net as a graph" }, this.scene);
    this.zoomer = zoom<SVGSVGElement, unknown>()
      .scaleExtent([0.05, 3])
      .on("zoom", (event: { transform: Transform }) => {
        this.scene.setAttribute("transform", event.transform.toString());
        this.cull(event.transform);
      });
    select(this.svg).call(this.zoomer).on("dblclick.zoom", null);
    this.tools = h("div", { class: "tools", role: "toolbar", "aria-label": "The graph" });
    this.element = h("div", { class: "graph-box" }, this.tools, this.svg);
    this.drawTools();
    this.draw();
    store.on((state, before) => {
      if (state.edits !== before.edits || state.convention !== before.convention) this.draw();
      if (state.layer !== before.layer) this.reveal();
      if (state.layer !== before.layer || state.search !== before.search) this.mark();
    });
  }

  private modules(): Set<string> {
    return new Set(this.stacks.map((stack) => stack.module).filter(Boolean));
  }

  private drawTools(): void {
    const button = (label: string, title: string, act: () => void): HTMLElement =>
      h("button", { type: "button", title, "aria-label": title, onclick: act }, label);
    const modules = this.modules();
    const all = (fold: boolean) => () => {
      this.folded.clear();
      if (fold) for (const module of modules) this.folded.add(module);
      this.draw();
      this.fit();
    };
    this.tools.replaceChildren(
      button("+", "Zoom in", () => this.scale(1.4)),
      button("−", "Zoom out", () => this.scale(1 / 1.4)),
      button("Fit", "Show the whole net", () => this.fit(true)),
      ...(modules.size ? [button("Fold", "Fold all modules", all(true)), button("Unfold", "Unfold all modules", all(false))] : []),
      button("SVG", "Save the graph as an SVG file", () => this.save()),
    );
  }

  scale(factor: number): void {
    select(this.svg).call(this.zoomer.scaleBy, factor);
  }

  private boxes(): Box[] {
    const boxes: Box[] = [];
    const byModule = new Map<string, Box>();
    for (const stack of this.stacks) {
      const first = stack.layers[0] as Layer;
      if (!stack.module || !this.folded.has(stack.module)) {
        boxes.push({ id: `s${first.index}`, stacks: [stack], folded: false });
        continue;
      }
      const known = byModule.get(stack.module);
      if (known) known.stacks.push(stack);
      else {
        const box = { id: `m${first.index}`, stacks: [stack], folded: true };
        byModule.set(stack.module, box);
        boxes.push(box);
      }
    }
    return boxes;
  }

  private row(layer: Layer): Row {
    return this.store.now.rows[this.store.report.layers.indexOf(layer)] as Row;
  }

  private texts(box: Box): { name: string; about: string; rows: string[] } {
    const first = box.stacks[0]?.layers[0] as Layer;
    if (box.folded) {
      const layers = box.stacks.reduce((total, stack) => total + stack.layers.length, 0);
      return { name: `▸ ${shortened(titleOf(box.stacks[0]?.module ?? ""))}`, about: `${layers} layers`, rows: [] };
    }
    const rows = box.stacks[0]?.layers.slice(1).map((layer) => `${shortened(layer.type)}  ${shortened(layer.name)}`) ?? [];
    return { name: shortened(first.name), about: shortened(`${first.type} ${first.brief}`.trim()), rows };
  }

  private cost(box: Box): number {
    const rows = box.stacks.flatMap((stack) => stack.layers.map((layer) => this.row(layer)));
    return rows.reduce((total, row) => total + costOf(row, this.store.state.convention), 0);
  }

  draw(): void {
    const boxes = this.boxes();
    const owner = new Map<Layer, Box>();
    for (const box of boxes) for (const stack of box.stacks) for (const layer of stack.layers) owner.set(layer, box);
    const plan = new dagre.graphlib.Graph({ multigraph: false });
    plan.setGraph({ rankdir: "TB", nodesep: 26, ranksep: 26, edgesep: 14, marginx: 16, marginy: 16 });
    for (const box of boxes) {
      const { name, about, rows } = this.texts(box);
      const widths = [textWidth(name, NAME_FONT), textWidth(about, TEXT_FONT) + 54, ...rows.map((row) => textWidth(row, TEXT_FONT))];
      plan.setNode(box.id, { width: Math.max(170, Math.ceil(Math.max(...widths)) + 34), height: HEAD + ROW * rows.length });
    }
    const said = new Set<string>();
    for (const layer of this.store.report.layers)
      for (const id of layer.bottoms) {
        const [from, to] = [owner.get(this.store.makers.get(id) as Layer), owner.get(layer)];
        if (!from || !to || from === to || plan.hasEdge(from.id, to.id)) continue;
        const text = said.has(`${from.id} ${id}`) ? "" : this.shapeText(id);
        said.add(`${from.id} ${id}`);
        plan.setEdge(from.id, to.id, { id, text, width: text ? textWidth(text, TEXT_FONT) + 12 : 1, height: text ? 18 : 1, labelpos: "c" });
      }
    dagre.layout(plan);
    const graph = plan.graph();
    this.size = { width: graph.width ?? 1, height: graph.height ?? 1 };
    this.places.clear();
    const edges = plan.edges().map((edge) => {
      const { points = [] } = plan.edge(edge);
      const rows = points.map((point: { y: number }) => point.y);
      return drawnAs(drawEdge(plan.edge(edge)), Math.min(...rows) - 12, Math.max(...rows) + 12);
    });
    const most = Math.max(1, ...boxes.map((box) => this.cost(box)));
    const nodes = boxes.map((box) => {
      const { y, height } = plan.node(box.id);
      return drawnAs(this.drawBox(box, plan.node(box.id), most), y - height / 2, y + height / 2);
    });
    this.drawn = [...this.frames(boxes, plan), ...edges, ...nodes];
    this.far = false;
    this.scene.replaceChildren();
    this.mark();
    if (this.svg.__zoom) this.cull(this.svg.__zoom);
  }

  /**
   * Leaves out what is above or below the view, and texts that are too small to read: large nets stay quick to move.
   * They leave the document, for Chromium lays out texts anew whenever the scene moves, those that are not shown too.
   */
  private cull({ k, y }: Transform): void {
    this.turn(k < FAR);
    const [top, bottom] = [-y / k - 200, (this.svg.clientHeight - y) / k + 200];
    let next = this.scene.firstElementChild;
    for (const { element, top: start, bottom: end } of this.drawn) {
      const attached = element === next;
      if (attached) next = element.nextElementSibling;
      // What has the focus stays: keys go on from there.
      const hidden = (end < top || start > bottom) && !element.contains(document.activeElement);
      if (hidden && attached) element.remove();
      else if (!hidden && !attached) this.scene.insertBefore(element, next);
    }
  }

  /** Without texts, or with them. */
  private turn(far: boolean): void {
    if (far === this.far) return;
    this.far = far;
    for (const { texts } of this.drawn) for (const [parent, text] of texts) far ? text.remove() : parent.append(text);
  }

  /** A faint frame around each unfolded module, with its name to fold it. */
  private frames(boxes: Box[], plan: graphlib.Graph): Drawn[] {
    const open = new Map<string, Box[]>();
    for (const box of boxes) {
      const module = box.stacks[0]?.module;
      if (module && !box.folded) open.set(module, [...(open.get(module) ?? []), box]);
    }
    return [...open].map(([module, members]) => {
      const rects = members.map((box) => plan.node(box.id));
      const [left, top] = [Math.min(...rects.map((r) => r.x - r.width / 2)) - 10, Math.min(...rects.map((r) => r.y - r.height / 2)) - 10];
      const [right, bottom] = [Math.max(...rects.map((r) => r.x + r.width / 2)) + 10, Math.max(...rects.map((r) => r.y + r.height / 2)) + 10];
      const fold = (): void => this.toggle(module);
      const frame = s(
        "g",
        { class: "frame" },
        s("rect", { x: left, y: top, width: right - left, height: bottom - top, rx: 14 }),
        s("text", { x: left + 8, y: top - 5, role: "button", tabindex: 0, onclick: fold, onkeydown: onEnter(fold) }, `▾ ${titleOf(module)}`),
      );
      return drawnAs(frame, top - 20, bottom);
    });
  }

  private toggle(module: string): void {
    if (!this.folded.delete(module)) this.folded.add(module);
    this.draw();
  }

  private shapeText(id: BlobId): string {
    const [shape, was] = [this.store.now.shapes.get(id) ?? null, this.store.original.shapes.get(id) ?? null];
    const per = (value: typeof shape): string => (value && value.length > 1 ? show(value.slice(1)) : show(value));
    return per(shape) === per(was) ? per(shape) : `${per(was)} → ${per(shape)}`;
  }

  private drawBox(box: Box, place: { x: number; y: number; width: number; height: number }, most: number): SVGElement {
    const first = box.stacks[0]?.layers[0] as Layer;
    const { name, about } = this.texts(box);
    const { width, height } = place;
    const cost = this.cost(box);
    const total = costOf(this.store.now.totals, this.store.state.convention);
    const rows = box.stacks.flatMap((stack) => stack.layers.map((layer) => this.row(layer)));
    const refused = rows.find((row) => row.state === "refused");
    const changed = rows.some((row) => this.store.state.edits.has(row.layer.index));
    const act = box.folded ? () => this.toggle(box.stacks[0]?.module ?? "") : () => this.store.open(first);
    const label = `${box.folded ? name : first.name}, ${box.folded ? about : `${first.type} ${first.brief}`.trim()}${cost ? `, ${short(cost)} ${CONVENTIONS[this.store.state.convention]}, ${percent(cost, total)}` : ""}`;
    const part = cost / most;
    const node = s(
      "g",
      {
        class: `node ${family(first.type)}${box.folded ? " folded" : ""}${refused ? " refused" : ""}${changed ? " changed" : ""}`,
        transform: `translate(${place.x - width / 2} ${place.y - height / 2})`,
        role: "button", tabindex: 0, "aria-label": label, onclick: act, onkeydown: onEnter(act), "data-layer": first.name,
      },
      s("title", {}, refused?.error ? `${label}\n${refused.error.message}` : label),
      s("rect", { class: "card", width, height, rx: 9 }),
      s("rect", { class: "heat", width, height: HEAD, rx: 9, style: `opacity:${(0.34 * Math.sqrt(part)).toFixed(3)}` }),
      s("rect", { class: "strip", x: 0, y: 9, width: 4, height: HEAD - 18, rx: 2 }),
      s("text", { class: "name", x: 16, y: 21 }, name),
      s("text", { class: "about", x: 16, y: 39 }, about),
      cost > 0 && s("text", { class: "share", x: width - 12, y: 39, "text-anchor": "end" }, percent(cost, total)),
      cost > 0 && s("rect", { class: "bar", x: 16, y: HEAD - 5, width: Math.max(1.5, (width - 28) * part), height: 2.5, rx: 1.2 }),
    );
    if (!box.folded) box.stacks[0]?.layers.slice(1).forEach((layer, i) => node.append(this.stackedRow(layer, i, width)));
    for (const stack of box.stacks)
      for (const layer of stack.layers)
        if (!this.places.has(layer.index)) this.places.set(layer.index, { x: place.x, y: place.y, element: node });
    return node;
  }

  private stackedRow(layer: Layer, i: number, width: number): SVGElement {
    const act = (event: Event): void => {
      event.stopPropagation();
      this.store.open(layer);
    };
    const row = s(
      "g",
      { class: `inplace ${family(layer.type)}`, transform: `translate(0 ${HEAD + ROW * i})`, role: "button", tabindex: 0, "aria-label": `${layer.name}, ${layer.type}, in place`, onclick: act, onkeydown: onEnter(act), "data-layer": layer.name },
      s("rect", { class: "row", x: 1, y: 0, width: width - 2, height: ROW - 1, rx: 6 }),
      s("line", { x1: 10, x2: width - 10, y1: 0, y2: 0 }),
      s("text", { class: "about", x: 16, y: 16 }, s("tspan", { class: "type" }, shortened(layer.type)), `  ${shortened(layer.name)}`),
      s("title", {}, `${layer.name}, ${layer.type} ${layer.brief}`),
    );
    this.places.set(layer.index, { x: 0, y: 0, element: row });
    return row;
  }

  /** Which node is chosen, and which are found. */
  private mark(): void {
    const { layer, search } = this.store.state;
    const wanted = search.trim().toLowerCase();
    const found = (each: Layer): boolean => !wanted || `${each.name} ${each.type}`.toLowerCase().includes(wanted);
    const lit = new Set<SVGElement>();
    for (const each of this.store.report.layers) {
      const element = this.places.get(each.index)?.element;
      if (!element) continue;
      if (found(each)) for (let e: Element | null = element; e instanceof SVGElement; e = e.parentElement) lit.add(e);
    }
    for (const { element } of this.places.values()) {
      element.classList.toggle("dim", !lit.has(element));
      element.classList.remove("chosen", "holds-chosen");
    }
    const chosen = layer === null ? undefined : this.store.report.layers[layer];
    const element = chosen && this.places.get(chosen.index)?.element;
    element?.classList.add("chosen");
    element?.parentElement?.closest(".node")?.classList.add("holds-chosen");
  }

  /** Brings the chosen layer into view; a folded module it hides in is unfolded. */
  private reveal(): void {
    const layer = this.store.layer;
    if (!layer) return;
    const stack = this.stacks.find((each) => each.layers.includes(layer));
    if (stack?.module && this.folded.delete(stack.module)) this.draw();
    const main = stack?.layers[0];
    const place = main && this.places.get(main.index);
    if (place && this.svg.clientWidth) this.center(place.x, place.y);
  }

  private center(x: number, y: number): void {
    const { clientWidth: width, clientHeight: height } = this.svg;
    const matrix = this.svg.__zoom ?? zoomIdentity;
    const [px, py] = matrix.apply([x, y]);
    if (matrix.k > 0.5 && px > 90 && px < width - 90 && py > 60 && py < height - 60) return;
    const k = Math.max(matrix.k, 0.75);
    select(this.svg).call(this.zoomer.transform, zoomIdentity.translate(width / 2 - k * x, height / 2 - k * y).scale(k));
  }

  /** What was in the middle stays there; a graph that had no size yet is fitted. */
  resized(): void {
    const [now, before] = [this.svg.clientWidth, this.seenWidth];
    this.seenWidth = now;
    if (!now) return;
    if (!before) return this.fit();
    if (now !== before) select(this.svg).call(this.zoomer.translateBy, (now - before) / 2 / (this.svg.__zoom?.k ?? 1), 0);
  }

  /** The whole width, from the top, and not smaller than can be read; the whole net where asked. */
  fit(whole = false): void {
    const { clientWidth: width, clientHeight: height } = this.svg;
    if (!width) return;
    this.seenWidth = width;
    const across = width / this.size.width;
    const k = whole ? Math.min(across, height / this.size.height, 1.2) : Math.min(Math.max(across, 0.6), 1);
    const fits = k * this.size.width <= width;
    const start = this.places.get(this.store.report.layers[0]?.index ?? 0)?.x ?? 0;
    const x = fits ? (width - k * this.size.width) / 2 : Math.min(Math.max(width / 2 - k * start, width - k * this.size.width), 0);
    const y = whole ? Math.max(0, (height - k * this.size.height) / 2) : 8;
    select(this.svg).call(this.zoomer.transform, zoomIdentity.translate(x, y).scale(k));
  }

  /** The graph as a file of its own, with the styles it needs. */
  private save(): void {
    this.turn(false);
    this.scene.replaceChildren(...this.drawn.map(({ element }) => element));
    const copy = this.svg.cloneNode(true) as SVGSVGElement;
    copy.firstElementChild?.removeAttribute("transform");
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("viewBox", `0 0 ${Math.ceil(this.size.width)} ${Math.ceil(this.size.height)}`);
    copy.setAttribute("width", String(Math.ceil(this.size.width)));
    copy.setAttribute("height", String(Math.ceil(this.size.height)));
    const shown = [...this.svg.querySelectorAll<SVGElement>("rect, text, tspan, path, line")];
    [...copy.querySelectorAll<SVGElement>("rect, text, tspan, path, line")].forEach((element, i) => {
      const style = getComputedStyle(shown[i] as SVGElement);
      const kept = ["fill", "fill-opacity", "stroke", "stroke-width", "opacity", "font", "white-space"];
      element.setAttribute("style", kept.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
    });
    if (this.svg.__zoom) this.cull(this.svg.__zoom);
    copy.style.background = getComputedStyle(this.element).backgroundColor;
    download(`${this.store.report.net.name || "net"}.svg`, "image/svg+xml", new XMLSerializer().serializeToString(copy));
  }
}

declare global {
  interface SVGSVGElement {
    __zoom?: Transform;
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
