// The frame of both pages around their graph and their table: the bar, the search, keys, tabs, the divider.

import { h, refill } from "./dom";
import { CONVENTIONS, type Convention } from "./rules";

/** Of the graph, in pixels. */
const MIN_WIDTH = 160;

export function theme(): void {
  const root = document.documentElement;
  root.dataset["theme"] = root.dataset["theme"] === "dark" ? "light" : "dark";
}

/** The search field for layers: Enter goes to the next match, Shift+Enter to the previous one. */
export class Search {
  readonly input: HTMLInputElement;
  private readonly count = h("span", { class: "count", role: "status" });
  readonly element: HTMLElement;

  constructor(private readonly changed: (text: string) => void, step: (by: 1 | -1) => void) {
    this.input = h("input", { type: "search", placeholder: "Search layers  /", "aria-label": "Search layers", oninput: () => changed(this.input.value) });
    this.input.addEventListener("keydown", (event) => event.key === "Enter" && step(event.shiftKey ? -1 : 1));
    this.element = h("span", { class: "search" }, this.input, this.count);
  }

  /** Shows which of the matches is open. */
  update(at: number, matches: number): void {
    this.count.textContent = !this.input.value.trim() ? "" : matches ? `${at + 1} of ${matches}` : "none";
  }

  clear(): void {
    this.input.value = "";
    this.input.blur();
    this.changed("");
  }
}

type Keys = readonly (readonly [key: string, action: string])[];

export class Help {
  readonly dialog: HTMLDialogElement;

  constructor(keys: Keys) {
    this.dialog = h(
      "dialog",
      { "aria-label": "Keys" },
      h("h2", {}, "Keys"),
      h("dl", { class: "facts" }, ...keys.flatMap(([key, action]) => [h("dt", {}, key), h("dd", {}, action)])),
      h("form", { method: "dialog" }, h("button", {}, "Close")),
    );
  }

  show(): void {
    this.dialog.showModal();
  }
}

export function barTools(search: Search, help: Help, convention: (chosen: Convention) => void): HTMLElement {
  const choice = h(
    "select",
    { "aria-label": "How cost is counted", onchange: (event: Event) => convention((event.target as HTMLSelectElement).value as Convention) },
    ...Object.entries(CONVENTIONS).map(([key, text]) => h("option", { value: key }, text)),
  );
  return h(
    "div",
    { class: "bar-tools" },
    search.element,
    choice,
    h("button", { type: "button", title: "Dark or light (d)", "aria-label": "Dark or light", onclick: theme }, "◐"),
    h("button", { type: "button", title: "Keys (?)", "aria-label": "Keys", onclick: () => help.show() }, "?"),
  );
}

/** A tab for each pane; the graph's is there in narrow windows only. */
export class Tabs<Pane extends string> {
  readonly element = h("div", { class: "tabs", role: "tablist", "aria-label": "Views" });

  constructor(private readonly panes: readonly Pane[], private readonly choose: (pane: Pane) => void) {
    this.element.addEventListener("keydown", (event) => this.key(event));
  }

  update(pane: Pane, labels: Readonly<Record<Pane, string>>): void {
    const tab = (key: Pane): HTMLElement => {
      const selected = pane === key || (key === "table" && pane === "graph" && innerWidth > 800);
      return h("button", {
        type: "button", role: "tab", class: `tab-${key}`, "data-focus": key, "aria-selected": selected, "aria-controls": `pane-${key}`,
        tabindex: selected ? 0 : -1, onclick: () => this.choose(key),
      }, labels[key]);
    };
    refill(this.element, ...this.panes.map(tab));
  }

  /** Arrows go from tab to tab, as they do in every list of tabs. */
  private key(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const tabs = [...this.element.querySelectorAll<HTMLElement>("[role=tab]")].filter((tab) => tab.offsetParent);
    const next = tabs[(tabs.findIndex((tab) => tab === document.activeElement) + (step ?? 0) + tabs.length) % tabs.length];
    if (!step || !next) return;
    event.preventDefault();
    next.focus();
    next.click();
  }
}

/** The content of a tab. */
export const panel = (pane: string, ...children: HTMLElement[]): HTMLElement =>
  h("div", { class: `pane-${pane}`, id: `pane-${pane}`, role: "tabpanel", "aria-label": pane, tabindex: -1 }, ...children);

/** The graph, with a button to skip its many stops when navigating with the Tab key. */
export function graphPane(graph: HTMLElement, tabs: HTMLElement): HTMLElement {
  const past = (): void => tabs.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  const skip = h("button", { type: "button", class: "skip", onclick: past }, "Skip the graph");
  return h("section", { class: "pane-graph", id: "pane-graph", "aria-label": "Graph" }, skip, graph);
}

interface Steered<P extends string> {
  search: Search;
  graph: { scale(by: number): void; fit(smooth: boolean): void };
  help: Help;
  step: (by: 1 | -1) => void;
  open: (pane: P) => void;
}

/** The action of each key on either page; the first letter of a pane opens it. */
export function acts<P extends string>(panes: readonly P[], page: Steered<P>): (key: string) => (() => void) | undefined {
  const { search, graph, help, step, open } = page;
  const actions = new Map<string, () => void>([
    ...panes.map((pane): [string, () => void] => [pane[0] ?? "", () => open(pane)]),
    ["/", () => search.input.focus()],
    ["j", () => step(1)],
    ["k", () => step(-1)],
    ["+", () => graph.scale(1.4)],
    ["-", () => graph.scale(1 / 1.4)],
    ["0", () => graph.fit(true)],
    ["?", () => help.show()],
    ["d", theme],
  ]);
  return (key) => actions.get(key);
}

/** Acts on keys outside of fields; on Escape everywhere but in a dialog. */
export function listen(act: (key: string) => (() => void) | undefined, leave: () => void): void {
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (event.key === "Escape" && !target?.closest("dialog")) return leave();
    if (target?.closest("input, select, textarea, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = act(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** The divider between the graph and the other panes: moved by dragging or arrow keys, reset by a double click. */
export function divider(main: HTMLElement): HTMLElement {
  const bar = h("div", { class: "divider", role: "separator", tabindex: 0, "aria-orientation": "vertical", "aria-label": "Width of the graph", "aria-valuemin": MIN_WIDTH, title: "Drag to give the graph more or less room" });
  const maxWidth = (): number => main.clientWidth - 2 * MIN_WIDTH;
  const update = (): void => {
    bar.setAttribute("aria-valuenow", String(Math.round(bar.offsetLeft)));
    bar.setAttribute("aria-valuemax", String(maxWidth()));
  };
  const set = (width: number): void => {
    main.style.setProperty("--graph", `${Math.min(Math.max(width, MIN_WIDTH), maxWidth())}px`);
    update();
  };
  bar.addEventListener("pointerdown", (event) => bar.setPointerCapture(event.pointerId));
  bar.addEventListener("pointermove", (event) => bar.hasPointerCapture(event.pointerId) && set(event.clientX - main.getBoundingClientRect().left));
  bar.addEventListener("dblclick", () => (main.style.removeProperty("--graph"), update()));
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -24, ArrowRight: 24 }[event.key];
    if (!step) return;
    event.preventDefault();
    set(bar.offsetLeft + step);
  });
  new ResizeObserver(update).observe(main);
  return bar;
}

/** Moves the focus to the pane on view if the focused element is no longer visible. */
export function followFocus(main: HTMLElement, pane: string): void {
  const focused = document.activeElement;
  const lost = focused instanceof HTMLElement && focused !== document.body && main.contains(focused) && !focused.offsetParent;
  if (lost) main.querySelector<HTMLElement>(`.pane-${pane}`)?.focus({ preventScroll: true });
}
