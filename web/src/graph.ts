// The net as a graph: in-place layers stacked on the node they change, modules by name prefix, shapes on edges.

import dagre, { type graphlib } from "@dagrejs/dagre";
import { percent, s, short, shortened, textWidth } from "./dom";
import { costOf, CONVENTIONS, show, type Row } from "./rules";
import { around, drawEdge, frame, onEnter, Scene, type Item } from "./scene";
import { isMatch, type Store } from "./store";
import type { BlobId, Layer, Report } from "./types";

/** A layer and those that change its top in place. */
interface Stack {
  layers: Layer[];
  module: string;
}

/** One box of the drawing: a stack, or a folded module. */
interface Box {
  id: string;
  stacks: Stack[];
  folded: boolean;
}

const NAME_FONT = "600 14px system-ui, sans-serif";
const TEXT_FONT = "12px system-ui, sans-serif";
const ROW = 24;
const HEAD = 50;
/** Stacks: larger nets start with their modules folded. */
const MAX_UNFOLDED = 80;

const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^Deconv|Conv/i, "conv"],
  [/InnerProduct/, "dense"],
  [/Pool/, "pool"],
  [/LRN|Norm|^BN$|^Scale$|^Bias$/, "norm"],
  [/Input|Data$/, "input"],
  [/Concat|Slice|Eltwise|Split|Axpy/, "join"],
];

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
  // A module is a run of stacks in the file, so that a folded one has no edge back into itself.
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
  private readonly scene = new Scene("The net as a graph");
  private readonly stacks: Stack[];
  private readonly folded = new Set<string>();
  private readonly places = new Map<number, { x: number; y: number; element: SVGElement }>();

  constructor(private readonly store: Store) {
    this.stacks = stacksOf(store.report);
    if (this.stacks.length > MAX_UNFOLDED) for (const module of this.modules()) this.folded.add(module);
    this.drawTools();
    this.draw();
    store.on((state, before) => {
      if (state.edits !== before.edits || state.convention !== before.convention) this.draw();
      if (state.layer !== before.layer) this.reveal();
      const searched = state.search !== before.search || state.match !== before.match;
      if (state.layer !== before.layer || searched) this.mark();
      if (searched) this.bringUp(store.match);
    });
  }

  get element(): HTMLElement {
    return this.scene.element;
  }

  private modules(): Set<string> {
    return new Set(this.stacks.map((stack) => stack.module).filter(Boolean));
  }

  private drawTools(): void {
    const modules = this.modules();
    const all = (fold: boolean) => () => {
      this.folded.clear();
      if (fold) for (const module of modules) this.folded.add(module);
      this.draw();
      this.fit();
    };
    this.scene.offer(this.store.report.net.name || "net", "the whole net", modules.size ? [["Fold", "Fold all modules", all(true)], ["Unfold", "Unfold all modules", all(false)]] : []);
  }

  scale(factor: number): void {
    this.scene.scale(factor);
  }

  fit(whole = false): void {
    this.scene.fit(whole);
  }

  /** Brings the current layer into view when the graph first gets a size. */
  resized(): void {
    if (this.scene.resized()) this.bringUp(this.store.match ?? this.store.layer);
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
    const labelled = new Set<string>();
    for (const layer of this.store.report.layers)
      for (const id of layer.bottoms) {
        const [from, to] = [owner.get(this.store.makers.get(id) as Layer), owner.get(layer)];
        if (!from || !to || from === to || plan.hasEdge(from.id, to.id)) continue;
        const text = labelled.has(`${from.id} ${id}`) ? "" : this.shapeText(id);
        labelled.add(`${from.id} ${id}`);
        plan.setEdge(from.id, to.id, { id, text, width: text ? textWidth(text, TEXT_FONT) + 12 : 1, height: text ? 18 : 1, labelpos: "c" });
      }
    dagre.layout(plan);
    const graph = plan.graph();
    this.places.clear();
    const edges = plan.edges().map((edge): Item => {
      const { points = [] } = plan.edge(edge);
      const rows = points.map((point: { y: number }) => point.y);
      return { element: drawEdge(plan.edge(edge)), top: Math.min(...rows) - 12, bottom: Math.max(...rows) + 12 };
    });
    const maxCost = Math.max(1, ...boxes.map((box) => this.cost(box)));
    const nodes = boxes.map((box): Item => {
      const { y, height } = plan.node(box.id);
      return { element: this.drawBox(box, plan.node(box.id), maxCost), top: y - height / 2, bottom: y + height / 2 };
    });
    const start = this.places.get(this.store.report.layers[0]?.index ?? 0)?.x ?? 0;
    this.scene.draw({ width: graph.width ?? 1, height: graph.height ?? 1, start }, [...this.frames(boxes, plan), ...edges, ...nodes]);
    this.mark();
  }

  /** A faint frame around each unfolded module, with its name to fold it. */
  private frames(boxes: Box[], plan: graphlib.Graph): Item[] {
    const open = new Map<string, Box[]>();
    for (const box of boxes) {
      const module = box.stacks[0]?.module;
      if (module && !box.folded) open.set(module, [...(open.get(module) ?? []), box]);
    }
    return [...open].map(([module, members]) => {
      return frame(around(members.map((box) => plan.node(box.id))), `▾ ${titleOf(module)}`, () => this.toggle(module));
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

  private drawBox(box: Box, place: { x: number; y: number; width: number; height: number }, maxCost: number): SVGElement {
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
    const part = cost / maxCost;
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

  /** Marks the chosen node, and dims those that do not match the search. */
  private mark(): void {
    const { layer, match, state } = this.store;
    const wanted = state.search.trim().toLowerCase();
    const lit = new Set<SVGElement>();
    for (const each of this.store.report.layers) {
      const element = this.places.get(each.index)?.element;
      if (element && (!wanted || isMatch(each, wanted))) for (let e: Element | null = element; e instanceof SVGElement; e = e.parentElement) lit.add(e);
    }
    for (const { element } of this.places.values()) {
      element.classList.toggle("dim", !lit.has(element));
      element.classList.remove("chosen", "holds-chosen", "match");
    }
    const chosen = layer && this.places.get(layer.index)?.element;
    chosen?.classList.add("chosen");
    chosen?.parentElement?.closest(".node")?.classList.add("holds-chosen");
    if (match) this.places.get(match.index)?.element.classList.add("match");
  }

  /** Brings the chosen layer into view; unfolds the module that holds it. */
  private reveal(): void {
    const { layer } = this.store;
    const module = layer && this.stackOf(layer)?.module;
    if (module && this.folded.delete(module)) this.draw();
    this.bringUp(layer);
  }

  private stackOf(layer: Layer): Stack | undefined {
    return this.stacks.find((each) => each.layers.includes(layer));
  }

  /** Brings the box of a layer into view, a folded one too. */
  private bringUp(layer: Layer | null): void {
    const main = layer && this.stackOf(layer)?.layers[0];
    const place = main && this.places.get(main.index);
    if (place) this.scene.center(place.x, place.y);
  }
}
