// The page of two nets: a bar, the totals of both, their graph, and beside it the table, a layer, or the weights.

import { breakable, bytes, h, MAX_NAME_LENGTH, shortened, thousands } from "./dom";
import { CompareGraph } from "./compare-graph";
import { CompareLayer, FATES } from "./compare-layer";
import { CompareStore, difference, fromHash, layers, moved, toHash, type State } from "./compare-store";
import { arrays, CompareTable } from "./compare-table";
import { CONVENTIONS, count, show, type Convention } from "./rules";
import { acts, barTools, divider, followFocus, graphPane, Help, listen, panel, Search, Tabs } from "./shell";
import "./style.css";
// After the style that it adds to.
import "./compare.css";
import type { Comparison, Fate, NetSide } from "./types";

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "search layers; Enter opens the first match, then the next; Shift+Enter the previous one"],
  ["j  k", "the next layer of the table, the previous layer"],
  ["t  l  w  g", "table, layer, weights, graph"],
  ["+  −  0", "zoom the graph, show all of it"],
  ["Esc", "back to the table"],
  ["d", "dark or light"],
];

const PANES = ["graph", "table", "weights", "layer"] as const;

export class ComparePage {
  readonly store: CompareStore;
  private readonly graph: CompareGraph;
  private readonly search: Search;
  private readonly help = new Help(KEYS);
  private readonly totals = h("section", { class: "both", "aria-label": "Totals of both nets" });
  private readonly tabs: Tabs<State["pane"]>;
  private readonly main: HTMLElement;

  constructor(doc: Comparison, root: HTMLElement) {
    const store = (this.store = new CompareStore(doc));
    const [a, b] = store.labels;
    document.title = `${a} → ${b} · prototxt`;
    document.documentElement.classList.add("compare");
    this.graph = new CompareGraph(store);
    this.search = new Search((search) => store.set({ search, match: 0 }), (by) => this.openMatch(by));
    this.tabs = new Tabs(PANES, (pane) => store.set({ pane }));
    const bar = h(
      "header",
      { class: "bar" },
      h("div", { class: "title" }, h("h1", {}, h("span", {}, shortened(a, MAX_NAME_LENGTH)), " → ", h("span", {}, shortened(b, MAX_NAME_LENGTH))), h("p", { class: "totals" }, doc.before.file === doc.after.file ? doc.before.file : `${doc.before.file} → ${doc.after.file}`)),
      barTools(this.search, this.help, (convention) => store.set({ convention })),
    );
    const same = doc.same && h("p", { class: "all-same" }, h("span", { class: "mark-sign", "aria-hidden": "true" }, "="), "The two nets are the same: layers, fields, shapes, parameters and cost.");
    const panels = [panel("table", new CompareTable(store).element), panel("layer", new CompareLayer(store).element), panel("weights", this.weights())];
    this.main = h("main", {}, graphPane(this.graph.element, this.tabs.element), h("section", { class: "pane-side", "aria-label": "Layers" }, this.tabs.element, same, this.notes(), ...panels));
    this.main.children[0]?.after(divider(this.main));
    root.replaceChildren(bar, this.totals, this.main, this.help.dialog);
    store.on((state, before) => this.follow(state, before));
    const { search, graph, help } = this;
    listen(acts(PANES, { search, graph, help, step: (by) => this.step(by), open: (pane) => store.set({ pane }) }), () => this.leave());
    addEventListener("hashchange", () => this.open());
    this.update();
    this.open();
    this.graph.fit();
    new ResizeObserver(() => this.graph.resized()).observe(this.graph.element);
  }

  private open(): void {
    if (location.hash === toHash(this.store.pair)) return;
    const pair = fromHash(this.store.doc, location.hash);
    if (pair) this.store.open(pair);
  }

  private follow(state: State, before: State): void {
    this.update();
    if (state.search !== before.search || state.match !== before.match) this.search.update(state.match, this.store.matches.length);
    if (state.pane !== before.pane) followFocus(this.main, state.pane);
    if (state.pair !== before.pair) {
      const hash = toHash(this.store.pair) || "#";
      if (hash !== location.hash) history.pushState(null, "", hash);
      this.main.querySelector(".pane-layer")?.scrollTo(0, 0);
      // In narrow windows the whole page scrolls: the layer begins below the bar.
      scrollTo(0, this.main.offsetTop);
    }
  }

  private update(): void {
    const { store } = this;
    const { pane, convention } = store.state;
    this.totals.replaceChildren(...this.cards(convention));
    this.main.dataset["pane"] = pane;
    const layer = store.pair ? `Layer ${shortened(store.pair.name)}` : "Layer";
    this.tabs.update(pane, { graph: "Graph", table: "Layers", weights: "Weights", layer });
  }

  /** Layers, parameters, cost, memory, inputs: before, after, and the difference. */
  private cards(convention: Convention): HTMLElement[] {
    const { before, after, doc } = this.store;
    const number = (label: string, old: number, now: number, text = thousands): HTMLElement | false => !!(old || now) && card(label, text(old), text(now), difference(old, now, text));
    const inputs = (net: NetSide): string => net.inputs.map(({ name, shape }) => (net.inputs.length > 1 ? `${name} ${show(shape)}` : show(shape))).join("\n") || "none";
    const [old, now] = [inputs(doc.before), inputs(doc.after)];
    const images = doc.before.images > 1 || doc.after.images > 1 ? ", whole batch" : "";
    const cards = [
      number("layers", before.layers, after.layers),
      number("parameters", before.params, after.params),
      number("statistics", before.statistics, after.statistics),
      number(`${CONVENTIONS[convention]}${images ? " per image" : ""}`, this.store.cost(before), this.store.cost(after)),
      number(`blobs${images}`, before.bytes, after.bytes, bytes),
      card("input", old, now, old === now ? "the same" : difference(values(doc.before), values(doc.after), (n) => `${thousands(n)} values`)),
    ];
    return cards.filter((each) => each !== false);
  }

  private notes(): HTMLElement | false {
    const { before, after } = this.store.doc;
    const [a, b] = this.store.labels;
    const shared = new Set(before.notes.filter((note) => after.notes.includes(note)));
    const own = (net: NetSide, label: string): string[] => net.notes.filter((note) => !shared.has(note)).map((note) => `${label}: ${note}`);
    const all = [...shared, ...own(before, a), ...own(after, b)];
    return all.length > 0 && h("details", { class: "notes" }, h("summary", {}, `${all.length} ${all.length > 1 ? "notes" : "note"}`), h("ul", {}, ...all.map((note) => h("li", {}, note))));
  }

  /** The result of loading the first net's weights into the second. */
  private weights(): HTMLElement {
    const { doc, labels } = this.store;
    const order = Object.keys(FATES) as Fate["fate"][];
    const of = (fate: Fate["fate"]): Fate[] => doc.weights.filter((each) => each.fate === fate);
    const line = ({ layer, fate, why }: Fate): HTMLElement => {
      const pair = doc.pairs.find((each) => each.name === layer && (each.before?.params.length || each.after?.params.length));
      const text = moved(pair?.before ? arrays(pair.before) : undefined, pair?.after ? arrays(pair.after) : undefined);
      return h("tr", { "data-layer": layer, "data-fate": fate }, h("td", { class: "col-name" }, pair ? h("button", { type: "button", class: "link", onclick: () => this.store.open(pair) }, ...breakable(layer)) : layer), h("td", {}, text, why && fate === "refused" && h("span", { class: "note" }, why)));
    };
    const part = (fate: Fate["fate"]): HTMLElement | false => {
      const fates = of(fate);
      const [sign, word, text] = FATES[fate];
      return fates.length > 0 && h("details", { class: `fates fate-${fate}`, open: fate === "refused" || fates.length <= 20 }, h("summary", {}, h("span", { class: "mark-sign", "aria-hidden": "true" }, sign), h("b", {}, word), ` (${layers(fates.length)})${text}`), h("table", {}, h("tbody", {}, ...fates.map(line))));
    };
    return h("div", { class: "layer-view weights-view" }, h("h2", {}, "Weights"), h("p", { class: "does" }, `The result of loading a weights file of ${labels[0]} into ${labels[1]}, matched by the names of layers as Caffe's copy_from does:`), h("p", { class: "verdict-mark" }, ...this.verdict(of("refused"), of("loads"))), ...order.map(part));
  }

  private verdict(refused: Fate[], loads: Fate[]): (Node | string)[] {
    const { weights } = this.store.doc;
    if (!weights.length) return ["Neither net has weights."];
    if (refused.length) {
      const names = refused.slice(0, 4).map((fate) => fate.layer).join(", ");
      return [h("b", {}, "The file is refused as a whole, "), `because of ${names}${refused.length > 4 ? ` and ${refused.length - 4} more` : ""}. A layer with another name is skipped and starts from its filler.`];
    }
    if (!loads.length) return [h("b", {}, "The file is refused: "), "none of its layers is in the other net."];
    const missing = weights.filter((fate) => fate.fate === "missing").length;
    return [h("b", {}, "The file loads. "), missing ? `${layers(missing)} of the second net ${missing > 1 ? "get" : "gets"} nothing from it.` : "Every layer gets its weights."];
  }

  /** Opens the first match of the search; then the next, or the previous one with `by` −1. */
  private openMatch(by: 1 | -1): void {
    const { store } = this;
    const { match, matches } = store;
    if (!match) return;
    const at = store.pair === match ? (store.state.match + by + matches.length) % matches.length : store.state.match;
    store.set({ match: at });
    store.open(matches[at] ?? match);
  }

  private step(by: 1 | -1): void {
    const { store } = this;
    const rows = store.shown();
    const place = store.pair ? rows.indexOf(store.pair) : -1;
    const next = rows[place < 0 ? 0 : place + by];
    if (next) store.open(next);
  }

  private leave(): void {
    if (document.activeElement === this.search.input) {
      this.search.clear();
    } else if (this.store.state.pane !== "table") this.store.set({ pane: "table" });
  }
}

const values = (net: NetSide): number => net.inputs.reduce((total, { shape }) => total + (shape ? count(shape) : 0), 0);

function card(label: string, before: string, after: string, by: string): HTMLElement {
  const same = before === after;
  return h(
    "div",
    { class: "card-of", "data-total": label },
    h("h2", {}, label),
    h("p", { class: "old" }, before),
    !same && h("p", { class: "now" }, h("span", { "aria-hidden": "true" }, "→ "), after),
    by && h("p", { class: "by" }, by),
  );
}
