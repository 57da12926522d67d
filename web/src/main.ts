// The page: a bar, the graph, and beside it the table or the layer.

import { forget } from "./arrays";
import { ComparePage } from "./compare";
import { h, percent, short, thousands } from "./dom";
import { fields } from "./field";
import { GraphView } from "./graph";
import { LayerView } from "./layer";
import { ledger } from "./ledger";
import { compute, CONVENTIONS, costOf, outcome, show, type Convention } from "./rules";
import { fromHash, Store, toHash, type State } from "./store";
import "./style.css";
import { ledgerOf } from "./pixel";
import { TableView } from "./table";
import type { Comparison, Layer, Report } from "./types";

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "search layers; Enter opens the first, then the next, with Shift the one before"],
  ["j  k", "the next layer, the one before"],
  ["arrows", "move the chosen pixel, on the maps"],
  ["[  ]", "the map before, the next one"],
  ["t  l  g", "table, layer, graph"],
  ["+  −  0", "zoom the graph, show all of it"],
  ["Esc", "leave the value, then the layer"],
  ["d", "dark or light"],
];

/** Of the graph, in pixels. */
const NARROWEST = 160;

const PANES = { graph: "Graph", table: "Layers", layer: "Layer" } as const;

class Page {
  private readonly graph: GraphView;
  private readonly search: HTMLInputElement;
  private readonly count = h("span", { class: "count", role: "status" });
  private readonly help: HTMLDialogElement;
  private readonly totals = h("p", { class: "totals", "aria-live": "polite" });
  private readonly tabs: HTMLElement;
  private readonly main: HTMLElement;
  private readonly changes = h("span", { class: "changes" });
  private readonly problem = h("div", { class: "problem", role: "alert" });

  constructor(
    private readonly store: Store,
    root: HTMLElement,
  ) {
    const { net, notes } = store.report;
    document.title = `${net.name || net.file} · prototxt`;
    this.graph = new GraphView(store);
    const [table, layer] = [new TableView(store), new LayerView(store)];
    this.search = h("input", { type: "search", placeholder: "Search layers  /", "aria-label": "Search layers", oninput: () => store.set({ search: this.search.value, match: 0 }) });
    this.search.addEventListener("keydown", (event) => event.key === "Enter" && this.openFound(event.shiftKey ? -1 : 1));
    this.help = h(
      "dialog",
      { "aria-label": "Keys" },
      h("h2", {}, "Keys"),
      h("dl", { class: "facts" }, ...KEYS.flatMap(([key, what]) => [h("dt", {}, key), h("dd", {}, what)])),
      h("form", { method: "dialog" }, h("button", {}, "Close")),
    );
    const convention = h(
      "select",
      { "aria-label": "How cost is counted", onchange: (event: Event) => store.set({ convention: (event.target as HTMLSelectElement).value as Convention }) },
      ...Object.entries(CONVENTIONS).map(([key, text]) => h("option", { value: key }, text)),
    );
    const bar = h(
      "header",
      { class: "bar" },
      h("div", { class: "title" }, h("h1", {}, net.name || net.file), this.totals),
      this.changes,
      h("div", { class: "bar-tools" }, this.search, this.count, convention, h("button", { type: "button", title: "Dark or light (d)", onclick: theme }, "◐"), h("button", { type: "button", title: "Keys (?)", onclick: () => this.help.showModal() }, "?")),
    );
    this.tabs = h("nav", { class: "tabs", role: "tablist" });
    const told = notes.length > 0 && h("details", { class: "notes" }, h("summary", {}, `${notes.length} ${notes.length > 1 ? "notes" : "note"}`), h("ul", {}, ...notes.map((note) => h("li", {}, note))));
    this.main = h("main", {}, h("section", { class: "pane-graph", "aria-label": "Graph" }, this.graph.element), h("section", { class: "pane-side" }, this.tabs, told, h("div", { class: "pane-table" }, table.element), h("div", { class: "pane-layer" }, layer.element)));
    this.main.children[0]?.after(divider(this.main));
    root.replaceChildren(bar, this.problem, this.main, this.help);
    store.on((state, before) => this.follow(state, before));
    document.addEventListener("keydown", (event) => this.key(event));
    addEventListener("hashchange", () => this.open(location.hash));
    this.tell();
    this.graph.fit();
    this.open(location.hash);
    new ResizeObserver(() => this.graph.resized()).observe(this.graph.element);
  }

  private open(hash: string): void {
    if (hash === toHash(this.store.layer, this.store.state.at)) return;
    const found = fromHash(this.store.report, hash);
    if (found.layer) this.store.open(found.layer, found.at);
    this.store.set({ problem: found.problem });
  }

  /** What is wrong with a link, and the layers that may be meant. */
  private tellProblem(): void {
    const problem = this.store.state.problem;
    const link = (layer: Layer): HTMLElement => h("button", { type: "button", class: "link", onclick: () => this.store.open(layer) }, layer.name);
    const near = problem?.near.flatMap((layer, i) => [i ? ", " : " Is it one of these? ", link(layer)]) ?? [];
    const close = h("button", { type: "button", onclick: () => this.store.set({ problem: null }) }, "Close");
    this.problem.replaceChildren(...(problem ? [h("p", {}, problem.text, ...near), close] : []));
  }

  private follow(state: State, before: State): void {
    this.tell();
    if (state.search !== before.search || state.match !== before.match) this.tellFound();
    if (state.problem !== before.problem) this.tellProblem();
    if (state.layer !== before.layer || state.at !== before.at) {
      const hash = toHash(this.store.layer, state.at) || "#";
      if (hash !== location.hash) history[state.layer === before.layer ? "replaceState" : "pushState"](null, "", hash);
    }
    if (state.layer !== before.layer) this.main.querySelector(".pane-layer")?.scrollTo(0, 0);
  }

  private tell(): void {
    const { store } = this;
    const { edits, convention, pane } = store.state;
    const cost = costOf(store.now.totals, convention);
    const inputs = store.report.inputs.map((id) => show(store.now.shapes.get(id) ?? null)).join(", ");
    const images = store.now.images > 1 ? " per image" : "";
    const { complete, totals } = store.now;
    const sums = complete ? `${thousands(totals.params)} parameters · ${short(cost)} ${CONVENTIONS[convention]}${images}` : "some layers cannot take that";
    this.totals.textContent = `${store.report.layers.length} layers · ${inputs} · ${sums}`;
    const before = costOf(store.original.totals, convention);
    const more = cost === before || !complete ? "" : ` · cost ${cost > before ? "+" : "−"}${percent(Math.abs(cost - before), before)}`;
    this.changes.replaceChildren(
      ...(edits.size ? [h("b", {}, `What if: ${edits.size} layer${edits.size > 1 ? "s" : ""} changed${more} `), h("button", { type: "button", onclick: () => store.set({ edits: new Map() }) }, "As in the file")] : []),
    );
    this.main.dataset["pane"] = pane;
    const tab = (key: keyof typeof PANES): HTMLElement =>
      h("button", { type: "button", role: "tab", class: `tab-${key}`, "aria-selected": pane === key || (key === "table" && pane === "graph" && innerWidth > 800), onclick: () => store.set({ pane: key }) }, key === "layer" && store.layer ? `Layer ${store.layer.name}` : PANES[key]);
    this.tabs.replaceChildren(tab("graph"), tab("table"), tab("layer"));
  }

  /** Opens what is found; then the next, or with `by` −1 the one before. */
  private openFound(by: 1 | -1): void {
    const { store } = this;
    const { found, match } = store;
    if (!match) return;
    const at = store.layer === match ? (store.state.match + by + found.length) % found.length : store.state.match;
    store.set({ match: at });
    store.open(found[at] ?? match);
  }

  private tellFound(): void {
    const { found, match, state } = this.store;
    this.count.textContent = !state.search.trim() ? "" : match ? `${state.match + 1} of ${found.length}` : "none";
  }

  private key(event: KeyboardEvent): void {
    const typing = event.target instanceof HTMLElement && event.target.closest("input, select, textarea, dialog");
    if (event.key === "Escape" && !this.help.open) return this.leave();
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.act(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  }

  private act(key: string): (() => void) | undefined {
    const { store } = this;
    const step = (by: number): void => {
      const next = store.report.layers[store.state.layer === null ? 0 : store.state.layer + by];
      if (next) store.open(next);
    };
    const acts: Record<string, () => void> = {
      "/": () => this.search.focus(),
      j: () => step(1),
      k: () => step(-1),
      t: () => store.set({ pane: "table" }),
      l: () => store.set({ pane: "layer" }),
      g: () => store.set({ pane: "graph" }),
      "+": () => this.graph.scale(1.4),
      "-": () => this.graph.scale(1 / 1.4),
      "0": () => this.graph.fit(true),
      "?": () => this.help.showModal(),
      d: theme,
    };
    return acts[key];
  }

  private leave(): void {
    const { store } = this;
    if (document.activeElement === this.search) {
      this.search.value = "";
      this.search.blur();
      store.set({ search: "", match: 0 });
    } else if (store.state.at) store.set({ at: null });
    else if (store.state.pane === "layer") store.set({ pane: "table" });
  }
}

/** Between the graph and what is beside it: dragged, or moved by arrow keys; a double click puts it back. */
function divider(main: HTMLElement): HTMLElement {
  const bar = h("div", { class: "divider", role: "separator", tabindex: 0, "aria-orientation": "vertical", "aria-label": "Width of the graph", "aria-valuemin": NARROWEST, title: "Drag to give the graph more or less room" });
  const tell = (): void => bar.setAttribute("aria-valuenow", String(Math.round(bar.offsetLeft)));
  const set = (width: number): void => {
    main.style.setProperty("--graph", `${Math.min(Math.max(width, NARROWEST), main.clientWidth - 2 * NARROWEST)}px`);
    tell();
  };
  bar.addEventListener("pointerdown", (event) => bar.setPointerCapture(event.pointerId));
  bar.addEventListener("pointermove", (event) => bar.hasPointerCapture(event.pointerId) && set(event.clientX - main.getBoundingClientRect().left));
  bar.addEventListener("dblclick", () => (main.style.removeProperty("--graph"), tell()));
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -24, ArrowRight: 24 }[event.key];
    if (!step) return;
    event.preventDefault();
    set(bar.offsetLeft + step);
  });
  new ResizeObserver(tell).observe(main);
  return bar;
}

function theme(): void {
  const root = document.documentElement;
  root.dataset["theme"] = root.dataset["theme"] === "dark" ? "light" : "dark";
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
    Object.assign(tools, { store: new ComparePage(report, root, { theme, divider }).store });
    return;
  }
  const store = new Store(report);
  new Page(store, root);
  Object.assign(tools, { store });
}

/** For tests, in the page and under Node. */
const tools = { compute, outcome, ledger, ledgerOf, fields, forget };
Object.assign(globalThis, { prototxt: tools });
if (typeof document !== "undefined") start();
