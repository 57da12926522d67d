// Both nets as one graph, matched by layer: layers of only one net, changed layers, and runs that can be folded.

import dagre from "@dagrejs/dagre";
import { s, textWidth, shortened } from "./dom";
import { family } from "./graph";
import { show } from "./rules";
import { around, drawEdge, frame, onEnter, Scene, type Item, type Rect } from "./scene";
import { factor, kind, layers, moved, SIGNS, type CompareStore, type Mark } from "./compare-store";
import type { Pair, PairSide, Shape } from "./types";

/** A layer and those that change its top in place, in each net that has them. */
interface Stack {
  pairs: Pair[];
  run: Run;
}

/** Consecutive stacks with the same mark; `mark` is null for a single stack that is never folded. */
interface Run {
  mark: Mark | null;
  stacks: Stack[];
  folded: boolean;
}

interface Box {
  id: string;
  stacks: Stack[];
  run: Run;
  folded: boolean;
}

interface Edge {
  from: Box;
  to: Box;
  before?: Shape | null;
  after?: Shape | null;
}

const NAME_FONT = "600 14px system-ui, sans-serif";
const TEXT_FONT = "12px system-ui, sans-serif";
const ROW = 24;
/** Boxes: larger graphs start with every run folded, not only the unchanged ones. */
const MAX_UNFOLDED = 60;

const head = (box: Box): Pair => box.stacks[0]?.pairs[0] as Pair;
const sides = ["before", "after"] as const;

/** The top that a layer writes over, if it is in place. */
function writesOver(side: PairSide | null): string | null {
  const [bottom, top] = [side?.bottoms[0], side?.tops[0]];
  return side?.tops.length === 1 && bottom && top && bottom.name === top.name ? bottom.id : null;
}

function stacksOf(pairs: Pair[]): Stack[] {
  const makers = { before: new Map<string, Stack>(), after: new Map<string, Stack>() };
  const stacks: Stack[] = [];
  for (const pair of pairs) {
    const under = sides.filter((which) => pair[which]).map((which) => makers[which].get(writesOver(pair[which]) ?? ""));
    const known = under[0] && under.every((stack) => stack === under[0]) ? under[0] : undefined;
    const stack: Stack = known ?? { pairs: [], run: { mark: null, stacks: [], folded: false } };
    if (!known) stacks.push(stack);
    stack.pairs.push(pair);
    for (const which of sides) for (const top of pair[which]?.tops ?? []) makers[which].set(top.id, stack);
  }
  return stacks;
}

export class CompareGraph {
  private readonly scene = new Scene("Both nets as one graph");
  private readonly stacks: Stack[];
  private readonly runs: Run[] = [];
  private readonly makers = { before: new Map<string, Stack>(), after: new Map<string, Stack>() };
  private places = new Map<Pair, { x: number; y: number; element: SVGElement }>();

  constructor(private readonly store: CompareStore) {
    this.stacks = stacksOf(store.doc.pairs);
    for (const stack of this.stacks) {
      for (const pair of stack.pairs) for (const which of sides) for (const top of pair[which]?.tops ?? []) this.makers[which].set(top.id, stack);
      this.join(stack);
    }
    const foldable = this.runs.filter(canFold);
    const whole = this.stacks.length <= MAX_UNFOLDED;
    if (!(whole && this.runs.length === 1)) for (const run of foldable) run.folded = run.mark === "same";
    if (this.boxes().length > MAX_UNFOLDED) for (const run of foldable) run.folded = true;
    this.drawTools(foldable);
    this.draw();
    store.on((state, before) => {
      if (state.convention !== before.convention) this.draw();
      if (state.pair !== before.pair) this.reveal();
      const searched = state.search !== before.search || state.match !== before.match;
      if (state.pair !== before.pair || searched) this.mark();
      if (searched) this.bringUp(store.match);
    });
  }

  get element(): HTMLElement {
    return this.scene.element;
  }

  scale(by: number): void {
    this.scene.scale(by);
  }

  fit(whole = false): void {
    this.scene.fit(whole);
  }

  /** Brings the current layer into view when the graph first gets a size. */
  resized(): void {
    if (this.scene.resized()) this.bringUp(this.store.match ?? this.store.pair);
  }

  /** Adds a stack to the run before it if all its layers have that run's mark. */
  private join(stack: Stack): void {
    const marks = new Set(stack.pairs.map((pair) => this.store.mark(pair)));
    const mark = marks.size === 1 ? (marks.values().next().value ?? null) : null;
    const last = this.runs.at(-1);
    const single = mark === null || mark === "changed" || stack.pairs.some((pair) => pair.differs.includes("parameters"));
    if (!single && last?.mark === mark) last.stacks.push(stack);
    else this.runs.push({ mark: single ? null : mark, stacks: [stack], folded: false });
    stack.run = this.runs.at(-1) as Run;
  }

  private drawTools(foldable: Run[]): void {
    const all = (fold: boolean) => () => {
      for (const run of foldable) run.folded = fold;
      this.draw();
      this.fit();
    };
    const name = this.store.labels.join(" and ").replace(/[^\w.-]+/g, "_");
    this.scene.offer(name, "both nets whole", foldable.length ? [["Fold", "Fold layers with the same mark", all(true)], ["Unfold", "Show every layer", all(false)]] : []);
  }

  private boxes(): Box[] {
    return this.runs.flatMap((run, r): Box[] =>
      run.folded
        ? [{ id: `r${r}`, stacks: run.stacks, run, folded: true }]
        : run.stacks.map((stack, i) => ({ id: `r${r}s${i}`, stacks: [stack], run, folded: false })),
    );
  }

  private texts(box: Box): { name: string; about: string; change: string; rows: Pair[] } {
    const first = head(box);
    if (box.folded) {
      const pairs = box.stacks.flatMap((stack) => stack.pairs);
      const mark = box.run.mark as Mark;
      const last = box.stacks.at(-1)?.pairs[0]?.name ?? "";
      return { name: `▸ ${layers(pairs.length)} ${mark === "follows" ? "follow" : this.store.word(mark)}`, about: last === first.name ? shortened(last) : `${shortened(first.name)} … ${shortened(last)}`, change: "", rows: [] };
    }
    return { name: shortened(first.name), about: kind(first, shortened), change: this.change(first), rows: box.stacks[0]?.pairs.slice(1) ?? [] };
  }

  /** "≠ settings, cost × 0.25", "+ only in ResNet-152". */
  private change(pair: Pair): string {
    const mark = this.store.mark(pair);
    if (mark === "same") return "";
    if (mark === "before" || mark === "after") return this.store.word(mark);
    const [old, now] = [pair.before, pair.after].map((side) => (side ? this.store.cost(side) : 0)) as [number, number];
    const ratio = factor(old, now);
    return pair.differs.map((aspect) => (aspect === "cost" && ratio ? `cost ${ratio}` : aspect)).join(", ");
  }

  private edges(owner: Map<Stack, Box>): Edge[] {
    const edges = new Map<string, Edge>();
    for (const which of sides)
      for (const stack of this.stacks)
        for (const pair of stack.pairs)
          for (const { id, shape } of pair[which]?.bottoms ?? []) {
            const maker = this.makers[which].get(id);
            const [from, to] = [maker && owner.get(maker), owner.get(stack)];
            if (!from || !to || from === to) continue;
            const key = `${from.id} ${to.id}`;
            const edge = edges.get(key) ?? { from, to };
            if (!(which in edge)) edge[which] = shape;
            edges.set(key, edge);
          }
    return [...edges.values()];
  }

  private draw(): void {
    const boxes = this.boxes();
    const owner = new Map(boxes.flatMap((box) => box.stacks.map((stack) => [stack, box] as const)));
    const plan = new dagre.graphlib.Graph({ multigraph: false });
    plan.setGraph({ rankdir: "TB", nodesep: 30, ranksep: 28, edgesep: 16, marginx: 18, marginy: 18 });
    for (const box of boxes) {
      const { name, about, change, rows } = this.texts(box);
      const widths = [textWidth(name, NAME_FONT) + 26, textWidth(about, TEXT_FONT), textWidth(change, TEXT_FONT), ...rows.map((row) => textWidth(this.rowText(row, head(box)), TEXT_FONT) + 14)];
      plan.setNode(box.id, { width: Math.max(170, Math.ceil(Math.max(...widths)) + 34), height: headOf(change) + ROW * rows.length });
    }
    const edges = this.edges(owner);
    const labelled = new Set<string>();
    edges.forEach((edge) => {
      const full = edgeText(edge);
      // A shape that one box gives to several others is written once.
      const text = labelled.has(`${edge.from.id} ${full}`) ? "" : full;
      labelled.add(`${edge.from.id} ${full}`);
      const both = "before" in edge && "after" in edge;
      const mark = both ? "both" : "before" in edge ? "before" : "after";
      plan.setEdge(edge.from.id, edge.to.id, { text, mark, weight: both ? 4 : 1, width: text ? textWidth(text, TEXT_FONT) + 12 : 1, height: text ? 18 : 1, labelpos: "c" });
    });
    dagre.layout(plan);
    const graph = plan.graph();
    this.places = new Map();
    const lines = plan.edges().map((edge): Item => {
      const drawn = plan.edge(edge);
      const rows = (drawn.points ?? []).map((point: { y: number }) => point.y);
      const element = drawEdge(drawn);
      element.classList.add(`edge-${String(drawn["mark"])}`);
      return { element, top: Math.min(...rows) - 12, bottom: Math.max(...rows) + 12 };
    });
    const nodes = boxes.map((box): Item => {
      const place = plan.node(box.id);
      return { element: this.drawBox(box, place), top: place.y - place.height / 2, bottom: place.y + place.height / 2 };
    });
    const rects = new Map<Run, Rect>(this.runs.filter((run) => canFold(run) && !run.folded && this.runs.length > 1).map((run) => [run, around(boxes.filter((box) => box.run === run).map((box) => plan.node(box.id)))]));
    // A frame around boxes of another run would be misleading.
    const apart = ([run, rect]: [Run, Rect]): boolean => !boxes.some((box) => box.run !== run && meets(rect, around([plan.node(box.id)])));
    const frames = [...rects].filter(apart).map(([run, rect]) => this.frame(run, rect));
    const start = boxes[0] ? plan.node(boxes[0].id).x : 0;
    this.scene.draw({ width: graph.width ?? 1, height: graph.height ?? 1, start }, [...frames, ...lines, ...nodes]);
    this.mark();
  }

  private frame(run: Run, rect: Rect): Item {
    const count = run.stacks.reduce((total, stack) => total + stack.pairs.length, 0);
    return frame(rect, `▾ ${layers(count)} ${run.mark === "follows" ? "follow" : this.store.word(run.mark as Mark)}`, () => this.toggle(run));
  }

  private toggle(run: Run): void {
    run.folded = !run.folded;
    this.draw();
  }

  /** The text of an in-place layer; it omits a mark that its first layer already shows. */
  private rowText(pair: Pair, first: Pair): string {
    const mark = this.store.mark(pair);
    const known = mark === this.store.mark(first) && !pair.differs.length;
    return `${kind(pair, shortened)}  ${shortened(pair.name)}${mark === "same" ? "" : `  ${SIGNS[mark]} ${known ? "" : this.change(pair)}`}`;
  }

  private drawBox(box: Box, place: { x: number; y: number; width: number; height: number }): SVGElement {
    const first = head(box);
    const { name, about, change, rows } = this.texts(box);
    const { width, height } = place;
    const mark = box.folded ? (box.run.mark as Mark) : this.store.mark(first);
    const act = box.folded ? () => this.toggle(box.run) : () => this.store.open(first);
    const type = box.folded ? "other" : family((first.after ?? first.before)?.type ?? "");
    const label = box.folded ? `${name.slice(2)}: ${about}` : `${first.name}, ${kind(first)}, ${this.store.word(mark)}${change && change !== this.store.word(mark) ? `: ${change}` : ""}`;
    const node = s(
      "g",
      {
        class: `node ${type} mark-${mark}${box.folded ? " folded" : ""}`,
        transform: `translate(${place.x - width / 2} ${place.y - height / 2})`,
        role: "button", tabindex: 0, "aria-label": label, onclick: act, onkeydown: onEnter(act), "data-layer": first.name, "data-mark": mark,
      },
      s("title", {}, label),
      s("rect", { class: "card", width, height, rx: 9 }),
      s("rect", { class: "strip", x: 0, y: 9, width: 4, height: headOf(change) - 18, rx: 2 }),
      s("text", { class: "name", x: 16, y: 21 }, name),
      s("text", { class: "about", x: 16, y: 39 }, about),
      change && s("text", { class: "change", x: 16, y: 56 }, change),
      s("text", { class: "mark-sign", x: width - 14, y: 22, "text-anchor": "middle" }, SIGNS[mark]),
    );
    rows.forEach((row, i) => node.append(this.stackedRow(row, first, headOf(change) + ROW * i, width)));
    for (const pair of box.stacks.flatMap((stack) => stack.pairs)) if (!this.places.has(pair)) this.places.set(pair, { x: place.x, y: place.y, element: node });
    return node;
  }

  private stackedRow(pair: Pair, first: Pair, y: number, width: number): SVGElement {
    const mark = this.store.mark(pair);
    const act = (event: Event): void => {
      event.stopPropagation();
      this.store.open(pair);
    };
    const text = this.rowText(pair, first).slice(kind(pair, shortened).length);
    const row = s(
      "g",
      { class: `inplace ${family((pair.after ?? pair.before)?.type ?? "")} mark-${mark}`, transform: `translate(0 ${y})`, role: "button", tabindex: 0, "aria-label": `${pair.name}, ${kind(pair)}, in place, ${this.store.word(mark)}`, onclick: act, onkeydown: onEnter(act), "data-layer": pair.name, "data-mark": mark },
      s("rect", { class: "row", x: 1, y: 0, width: width - 2, height: ROW - 1, rx: 6 }),
      s("line", { x1: 10, x2: width - 10, y1: 0, y2: 0 }),
      s("text", { class: "about", x: 16, y: 16 }, s("tspan", { class: "type" }, kind(pair, shortened)), text),
    );
    this.places.set(pair, { x: 0, y: 0, element: row });
    return row;
  }

  /** Marks the chosen node, and dims those that do not match the search. */
  private mark(): void {
    const lit = new Set<Element>();
    for (const [pair, { element }] of this.places)
      if (this.store.isMatch(pair)) for (let e: Element | null = element; e instanceof SVGElement; e = e.parentElement) lit.add(e);
    for (const { element } of this.places.values()) {
      element.classList.toggle("dim", !lit.has(element));
      element.classList.remove("chosen", "holds-chosen", "match");
    }
    const element = this.store.pair && this.places.get(this.store.pair)?.element;
    element?.classList.add("chosen");
    element?.parentElement?.closest(".node")?.classList.add("holds-chosen");
    const { match } = this.store;
    if (match) this.places.get(match)?.element.classList.add("match");
  }

  /** Brings the chosen layer into view; unfolds the run that holds it. */
  private reveal(): void {
    const { pair } = this.store;
    const stack = pair && this.stackOf(pair);
    if (stack?.run.folded) this.toggle(stack.run);
    this.bringUp(pair);
  }

  private stackOf(pair: Pair): Stack | undefined {
    return this.stacks.find((each) => each.pairs.includes(pair));
  }

  /** Brings the box of a layer into view, a folded one too. */
  private bringUp(pair: Pair | null): void {
    const first = pair && this.stackOf(pair)?.pairs[0];
    const place = first && this.places.get(first);
    if (place) this.scene.center(place.x, place.y);
  }
}

const meets = (a: Rect, b: Rect): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Folding a run of one stack would save nothing. */
const canFold = (run: Run): boolean => run.mark !== null && run.stacks.length > 1;
const headOf = (change: string): number => (change ? 66 : 50);

function edgeText(edge: Edge): string {
  const text = (shape: Shape | null | undefined): string | undefined => shape === undefined ? undefined : shape && shape.length > 1 ? show(shape.slice(1)) : show(shape);
  return moved(text(edge.before), text(edge.after));
}
