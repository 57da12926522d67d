// The layers of both nets in one table: before and after in every cell that differs; CSV and JSON export.

import { breakable, bytes, download, h, thousands } from "./dom";
import { family } from "./graph";
import { CONVENTIONS, show } from "./rules";
import { layers, MARKS, SIGNS, type CompareStore, type Filter, type State } from "./compare-store";
import type { Pair, PairSide, SideBlob } from "./types";

interface Column {
  key: string;
  title: string;
  /** For display, and for export and sorting. */
  text(side: PairSide): string;
  value(side: PairSide): string | number;
  numeric?: boolean;
}

export const shapes = (blobs: readonly SideBlob[]): string => blobs.map((blob) => show(blob.shape)).join(", ");
export const arrays = (side: PairSide): string => side.params.map(show).join(", ");

function columns(store: CompareStore): Column[] {
  const words = (key: string, title: string, text: (side: PairSide) => string): Column => ({ key, title, text, value: text });
  const number = (key: string, title: string, value: (side: PairSide) => number, text = thousands): Column => ({ key, title, value, text: (side) => text(value(side)), numeric: true });
  return [
    words("type", "type", (side) => side.type),
    words("brief", "settings", (side) => side.brief),
    { ...words("out", "out", (side) => shapes(side.tops)), text: (side) => shapes(side.tops).replaceAll(" × ", "\u00a0×\u00a0") },
    number("params", "parameters", (side) => side.paramCount + side.statistics),
    number("cost", CONVENTIONS[store.state.convention], (side) => store.cost(side)),
    number("memory", "blobs", (side) => side.bytes, bytes),
  ];
}

export class CompareTable {
  readonly element: HTMLElement;
  private sort: { key: string; down: boolean } = { key: "", down: false };
  private readonly filters = h("div", { class: "filters", role: "group", "aria-label": "Filter layers" });
  private readonly body = h("div", { class: "table-body" });

  constructor(private readonly store: CompareStore) {
    const tools = h(
      "div",
      { class: "table-tools" },
      this.filters,
      h("button", { type: "button", onclick: () => this.csv() }, "CSV"),
      h("button", { type: "button", onclick: () => this.json() }, "JSON"),
    );
    this.element = h("div", { class: "table-view compare-table" }, tools, this.body);
    this.draw();
    store.on((state, before) => this.follow(state, before));
  }

  private follow(state: State, before: State): void {
    if ((["filter", "convention", "search"] as const).some((key) => state[key] !== before[key])) this.draw();
    else if (state.pair !== before.pair || state.pane !== before.pane) requestAnimationFrame(() => this.mark());
  }

  private drawFilters(): void {
    const { marks } = this.store;
    const same = marks.filter((mark) => mark === "same").length;
    const all: [Filter, string, number][] = [
      ["differs", "Only what differs", marks.length - same],
      ...MARKS.map((mark): [Filter, string, number] => [mark, `${SIGNS[mark]} ${this.store.word(mark)}`, marks.filter((each) => each === mark).length]),
      ["all", "All layers", marks.length],
    ];
    this.filters.replaceChildren(
      ...all.filter(([key, , count]) => count > 0 || key === "differs").map(([key, text, count]) =>
        h("button", { type: "button", class: `filter mark-${key}`, "data-filter": key, "aria-pressed": this.store.state.filter === key, onclick: () => this.store.set({ filter: key }), ...(key === "follows" ? { title: "Its own settings are the same; its inputs are not" } : {}) }, text, h("span", { class: "count" }, thousands(count))),
      ),
    );
  }

  private rows(): Pair[] {
    const rows = this.store.shown();
    const { key, down } = this.sort;
    const column = columns(this.store).find((each) => each.key === key);
    if (!column && key !== "name") return rows;
    const side = (pair: Pair): PairSide => (pair.after ?? pair.before) as PairSide;
    const value = (pair: Pair): string | number => (column ? column.value(side(pair)) : pair.name);
    return rows.toSorted((a, b) => {
      const [x, y] = [value(a), value(b)];
      return (down ? -1 : 1) * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true }));
    });
  }

  private draw(): void {
    this.drawFilters();
    const shown = columns(this.store).filter((column) => column.key !== "type" && column.key !== "brief");
    const rows = this.rows();
    const table = h(
      "table",
      {},
      h("thead", {}, h("tr", {}, this.head("name", "layer", false), this.head("type", "type, settings", false), ...shown.map((column) => this.head(column.key, column.title, !!column.numeric)))),
      h("tbody", {}, ...rows.map((pair) => this.line(pair, shown))),
    );
    this.body.replaceChildren(...(rows.length ? [table, h("p", { class: "note table-foot" }, `${layers(rows.length)}${rows.length < this.store.marks.length ? ` of ${thousands(this.store.marks.length)}` : ""}`)] : [h("p", { class: "empty" }, this.empty())]));
    this.mark();
  }

  private empty(): string {
    if (this.store.state.search.trim()) return "No layer has this name.";
    return this.store.doc.same ? "Nothing differs: the two nets are the same." : "No such layer.";
  }

  private head(key: string, title: string, numeric: boolean): HTMLElement {
    const active = this.sort.key === key;
    const act = (): void => {
      this.sort = !active ? { key, down: numeric } : this.sort.down === numeric ? { key, down: !numeric } : { key: "", down: false };
      this.draw();
    };
    return h(
      "th",
      { class: numeric ? "num" : "", "aria-sort": active ? (this.sort.down ? "descending" : "ascending") : "none", scope: "col" },
      h("button", { type: "button", onclick: act }, title, active ? (this.sort.down ? " ↓" : " ↑") : ""),
    );
  }

  private line(pair: Pair, shown: Column[]): HTMLElement {
    const mark = this.store.mark(pair);
    const { before, after } = pair;
    const cells = shown.map((column) => h("td", { class: `${column.numeric ? "num" : ""} col-${column.key}`, "data-label": column.title }, ...both(before && column.text(before), after && column.text(after))));
    return h(
      "tr",
      { "data-layer": pair.name, "data-index": this.store.doc.pairs.indexOf(pair), "data-mark": mark, class: `mark-${mark}` },
      h(
        "td",
        { class: "col-name" },
        h(
          "div",
          {},
          h("span", { class: "mark-sign", title: this.store.word(mark), "aria-label": this.store.word(mark), role: "img" }, SIGNS[mark]),
          h("button", { type: "button", class: "link", onclick: () => this.store.open(pair) }, ...breakable(pair.name)),
          pair.differs.length > 0 && h("span", { class: "what" }, pair.differs.join(", ")),
        ),
      ),
      h(
        "td",
        { class: "col-type" },
        h("span", { class: `tag ${family((after ?? before)?.type ?? "")}` }, ...both(before && before.type, after && after.type)),
        h("span", { class: "brief" }, ...both(before && before.brief, after && after.brief)),
      ),
      ...cells,
    );
  }

  private mark(): void {
    const { pair } = this.store.state;
    for (const line of this.body.querySelectorAll<HTMLElement>("tbody tr")) {
      const chosen = line.dataset["index"] === String(pair);
      line.classList.toggle("chosen", chosen);
      if (chosen && line.offsetParent) line.scrollIntoView({ block: "nearest" });
    }
  }

  private csv(): void {
    const all = columns(this.store);
    const cell = (value: string | number): string => {
      const text = String(value);
      return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const heads = ["layer", "mark", "differs", ...all.flatMap(({ key }) => [`${key}_before`, `${key}_after`])];
    const rows = this.rows().map((pair) => [pair.name, this.store.mark(pair), pair.differs.join(" "), ...all.flatMap((column) => [pair.before, pair.after].map((side) => (side ? column.value(side) : "")))]);
    download("comparison.csv", "text/csv", [heads, ...rows].map((line) => line.map(cell).join(",")).join("\n") + "\n");
  }

  private json(): void {
    const side = (each: PairSide | null): unknown => {
      if (!each) return null;
      const { sections: _, bottoms, tops, ...rest } = each;
      return { ...rest, bottoms: bottoms.map(({ id }) => id), tops: tops.map(({ id }) => id), shapes: tops.map(({ shape }) => shape) };
    };
    const pairs = this.rows().map((pair) => ({ name: pair.name, mark: this.store.mark(pair), differs: pair.differs, before: side(pair.before), after: side(pair.after), settings: pair.settings }));
    const { doc, before, after } = this.store;
    download("comparison.json", "application/json", JSON.stringify({ before: { ...doc.before, totals: before }, after: { ...doc.after, totals: after }, layers: pairs, weights: doc.weights }, null, 2) + "\n");
  }
}


/** The old text struck out, and the new one; a single text if they are equal or one is missing. */
export function both(before: string | null, after: string | null): (Node | string)[] {
  if (before === null || after === null || before === after) return [before ?? after ?? ""];
  const hidden = (text: string): HTMLElement => h("span", { class: "sr" }, text);
  return [h("span", { class: "moved" }, h("s", {}, hidden("before "), before || "none"), " ", h("b", {}, hidden("after "), after || "none"))];
}
