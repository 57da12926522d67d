// The page: a bar, the graph, and beside it the table or the layer.

import { forget } from "./arrays";
import { ComparePage } from "./compare";
import { counted, h, percent, MAX_NAME_LENGTH, short, shortened, thousands } from "./dom";
import { fields } from "./field";
import { GraphView } from "./graph";
import { LayerView } from "./layer";
import { breakDown } from "./breakdown";
import { compute, CONVENTIONS, costOf, outcome, show } from "./rules";
import { acts, barTools, divider, followFocus, graphPane, Help, listen, panel, Search, Tabs } from "./shell";
import { fromHash, Store, toHash, type State } from "./store";
import "./style.css";
import { breakdownOf } from "./pixel";
import { TableView } from "./table";
import type { Comparison, Layer, Report } from "./types";

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "search layers; Enter opens the first match, then the next; Shift+Enter the previous one"],
  ["j  k", "the next layer, the previous layer"],
  ["arrows", "move the chosen pixel, while the maps have the focus"],
  ["[  ]", "the previous map, the next map"],
  ["t  l  g", "table, layer, graph"],
  ["+  −  0", "zoom the graph, show all of it"],
  ["Esc", "leave the value, then the layer"],
  ["d", "dark or light"],
];

const PANES = ["graph", "table", "layer"] as const;

class Page {
  private readonly graph: GraphView;
  private readonly search: Search;
  private readonly help = new Help(KEYS);
  private readonly totals = h("p", { class: "totals", "aria-live": "polite" });
  private readonly tabs: Tabs<State["pane"]>;
  private readonly main: HTMLElement;
  private readonly changes = h("span", { class: "changes" });
  private readonly problem = h("div", { class: "problem", role: "alert" });

  constructor(
    private readonly store: Store,
    root: HTMLElement,
  ) {
    const { net } = store.report;
    document.title = `${net.name || net.file} · prototxt`;
    this.graph = new GraphView(store);
    this.search = new Search((search) => store.set({ search, match: 0 }), (by) => this.openMatch(by));
    this.tabs = new Tabs(PANES, (pane) => store.set({ pane }));
    const bar = h(
      "header",
      { class: "bar" },
      h("div", { class: "title" }, h("h1", {}, shortened(net.name || net.file, MAX_NAME_LENGTH)), this.totals),
      this.changes,
      barTools(this.search, this.help, (convention) => store.set({ convention })),
    );
    const side = [this.tabs.element, this.notes(), panel("table", new TableView(store).element), panel("layer", new LayerView(store).element)];
    this.main = h("main", {}, graphPane(this.graph.element, this.tabs.element), h("section", { class: "pane-side", "aria-label": "Layers" }, ...side));
    this.main.children[0]?.after(divider(this.main));
    root.replaceChildren(bar, this.problem, this.main, this.help.dialog);
    store.on((state, before) => this.follow(state, before));
    const { search, graph, help } = this;
    listen(acts(PANES, { search, graph, help, step: (by) => this.step(by), open: (pane) => store.set({ pane }) }), () => this.leave());
    addEventListener("hashchange", () => this.open(location.hash));
    this.update();
    this.graph.fit();
    this.open(location.hash);
    new ResizeObserver(() => this.graph.resized()).observe(this.graph.element);
  }

  private notes(): HTMLElement | null {
    const { notes } = this.store.report;
    return notes.length ? h("details", { class: "notes" }, h("summary", {}, counted(notes.length, "note")), h("ul", {}, ...notes.map((note) => h("li", {}, note)))) : null;
  }

  private open(hash: string): void {
    if (hash === toHash(this.store.layer, this.store.state.at)) return;
    const target = fromHash(this.store.report, hash);
    if (target.layer) this.store.open(target.layer, target.at);
    this.store.set({ problem: target.problem });
  }

  /** Shows the fault of a link, and the layers that may be meant. */
  private showProblem(): void {
    const problem = this.store.state.problem;
    const link = (layer: Layer): HTMLElement => h("button", { type: "button", class: "link", onclick: () => this.store.open(layer) }, shortened(layer.name, MAX_NAME_LENGTH));
    const near = problem?.near.flatMap((layer, i) => [i ? ", " : " Is it one of these? ", link(layer)]) ?? [];
    const close = h("button", { type: "button", onclick: () => this.store.set({ problem: null }) }, "Close");
    this.problem.replaceChildren(...(problem ? [h("p", {}, problem.text, ...near), close] : []));
  }

  private follow(state: State, before: State): void {
    this.update();
    if (state.search !== before.search || state.match !== before.match) this.search.update(state.match, this.store.matches.length);
    if (state.problem !== before.problem) this.showProblem();
    if (state.layer !== before.layer || state.at !== before.at) {
      const hash = toHash(this.store.layer, state.at) || "#";
      if (hash !== location.hash) history[state.layer === before.layer ? "replaceState" : "pushState"](null, "", hash);
    }
    if (state.pane !== before.pane) followFocus(this.main, state.pane);
    if (state.layer !== before.layer) this.main.querySelector(".pane-layer")?.scrollTo(0, 0);
  }

  private update(): void {
    const { store } = this;
    const { edits, convention, pane } = store.state;
    const cost = costOf(store.now.totals, convention);
    const inputs = store.report.inputs.map((id) => show(store.now.shapes.get(id) ?? null)).join(", ");
    const images = store.now.images > 1 ? " per image" : "";
    const { complete, totals } = store.now;
    const sums = complete ? `${thousands(totals.params)} parameters · ${short(cost)} ${CONVENTIONS[convention]}${images}` : "some layers cannot take their inputs";
    this.totals.textContent = [counted(store.report.layers.length, "layer"), inputs, sums].filter(Boolean).join(" · ");
    const before = costOf(store.original.totals, convention);
    const more = cost === before || !complete ? "" : ` · cost ${cost > before ? "+" : "−"}${percent(Math.abs(cost - before), before)}`;
    this.changes.replaceChildren(
      ...(edits.size ? [h("b", {}, `What if: ${edits.size} layer${edits.size > 1 ? "s" : ""} changed${more} `), h("button", { type: "button", onclick: () => store.set({ edits: new Map() }) }, "As in the file")] : []),
    );
    this.main.dataset["pane"] = pane;
    const layer = store.layer ? `Layer ${shortened(store.layer.name)}` : "Layer";
    this.tabs.update(pane, { graph: "Graph", table: "Layers", layer });
  }

  /** Opens the first match of the search; then the next, or the previous one with `by` −1. */
  private openMatch(by: 1 | -1): void {
    const { store } = this;
    const { matches, match } = store;
    if (!match) return;
    const at = store.layer === match ? (store.state.match + by + matches.length) % matches.length : store.state.match;
    store.set({ match: at });
    store.open(matches[at] ?? match);
  }

  private step(by: 1 | -1): void {
    const { report, state } = this.store;
    const next = report.layers[state.layer === null ? 0 : state.layer + by];
    if (next) this.store.open(next);
  }

  private leave(): void {
    const { store } = this;
    if (document.activeElement === this.search.input) {
      this.search.clear();
    } else if (store.state.at) store.set({ at: null });
    else if (store.state.pane === "layer") store.set({ pane: "table" });
  }
}

function start(): void {
  document.documentElement.dataset["theme"] = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const root = document.getElementById("app");
  const text = document.getElementById("report")?.textContent;
  if (!root) return;
  if (!text) {
    root.replaceChildren(h("p", { class: "empty" }, "This page holds no net: prototxt-report fills it."));
    return;
  }
  const report = JSON.parse(text) as Report | Comparison;
  if (report.version !== 1) {
    root.replaceChildren(h("p", { class: "empty" }, "This page and its data are of different versions."));
    return;
  }
  if (report.kind === "comparison") {
    Object.assign(tools, { store: new ComparePage(report, root).store });
    return;
  }
  const store = new Store(report);
  new Page(store, root);
  Object.assign(tools, { store });
}

/** For tests, in the page and under Node. */
const tools = { compute, outcome, breakDown, breakdownOf, fields, forget };
Object.assign(globalThis, { prototxt: tools });
if (typeof document !== "undefined") start();
