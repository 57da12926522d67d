// The table of layers: sorting, filtering, a choice of columns, totals of the rows on view; CSV and JSON export.

import { breakable, bytes, counted, download, h, percent, refill, short, thousands, type Child } from "./dom";
import { family } from "./graph";
import { CONVENTIONS, costOf, count, show, type Row } from "./rules";
import { isMatch, type Store } from "./store";
import type { Shape } from "./types";

interface Column {
  key: string;
  title: string;
  /** For display, and for export and sorting. */
  text(row: Row): string;
  value(row: Row): string | number;
  numeric?: boolean;
  total?(rows: Row[]): string;
  /** Whether it is a list, an entry to a line. */
  lines?: boolean;
  shown: boolean;
}

const shapes = (all: readonly (Shape | null)[]): string => all.map(show).join(", ");
const memory = (row: Row): number =>
  row.layer.tops.reduce((total, id, i) => total + (id.endsWith("@0") ? 4 * count(row.tops[i] ?? [0]) : 0), 0);

/** In windows no wider than this the columns `without` are off by default; the first column holds type and settings. */
const NARROW = { window: "(max-width: 1100px)", without: ["type", "brief"] };
const NARROWER = { window: "(max-width: 800px)", without: ["params", "share"] };

const matches = ({ window }: { window: string }): boolean => matchMedia(window).matches;
const hasRoom = (key: string): boolean => [NARROW, NARROWER].every((each) => !matches(each) || !each.without.includes(key));

function columns(store: Store): Column[] {
  const cost = (row: Row): number => costOf(row, store.state.convention);
  const whole = (): number => costOf(store.now.totals, store.state.convention);
  const sum = (rows: Row[], of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const number = (key: string, title: string, of: (row: Row) => number, shown: boolean, text = thousands): Column => ({
    key, title, shown, numeric: true, text: (row) => text(of(row)), value: of, total: (rows) => text(sum(rows, of)),
  });
  const words = (key: string, title: string, of: (row: Row) => string, shown: boolean): Column => ({ key, title, shown, text: of, value: of });
  const list = (key: string, title: string, of: (row: Row) => string, shown: boolean): Column => ({ ...words(key, title, of, shown), lines: true });
  return [
    { key: "index", title: "#", shown: false, numeric: true, text: (row) => String(row.layer.index), value: (row) => row.layer.index },
    words("name", "layer", (row) => row.layer.name, true),
    words("type", "type", (row) => row.layer.type, true),
    words("brief", "settings", (row) => row.layer.brief, true),
    list("bottoms", "bottoms", (row) => row.layer.bottoms.map((id) => store.report.blobs[id]?.name ?? id).join(", "), false),
    list("in", "in", (row) => shapes(row.bottoms), false),
    list("out", "out", (row) => shapes(row.tops), true),
    list("arrays", "weights", (row) => shapes(row.params), false),
    number("params", "parameters", (row) => row.paramCount, true),
    number("statistics", "statistics", (row) => row.statistics, false),
    number("cost", CONVENTIONS[store.state.convention], cost, true, matches(NARROWER) ? short : thousands),
    {
      key: "share", title: "share", shown: true, numeric: true,
      text: (row) => percent(cost(row), whole()), value: cost, total: (rows) => percent(sum(rows, cost), whole()),
    },
    number("memory", "blobs", memory, false, bytes),
    words("place", "in the file", (row) => row.layer.place, false),
  ];
}

const shownAs = (column: Column, text: string): Child[] =>
  column.lines ? text.split(", ").map((line) => h("div", {}, line)) : [column.numeric ? text : h("span", { class: "words" }, text)];

export class TableView {
  readonly element: HTMLElement;
  private readonly chosen = new Map<string, boolean>();
  private sort: { key: string; down: boolean } = { key: "", down: false };
  private type = "";
  private readonly tools: HTMLElement;
  private readonly body: HTMLElement;

  constructor(private readonly store: Store) {
    this.tools = h("div", { class: "table-tools" });
    this.body = h("div", { class: "table-body" });
    this.element = h("div", { class: "table-view" }, this.tools, this.body);
    this.drawTools();
    this.draw();
    for (const { window } of [NARROW, NARROWER]) matchMedia(window).addEventListener("change", () => (this.drawTools(), this.draw()));
    store.on((state, before) => {
      const moved = (["edits", "convention", "search"] as const).some((key) => state[key] !== before[key]);
      if (moved) this.draw();
      else if (state.layer !== before.layer || state.pane !== before.pane) requestAnimationFrame(() => this.mark());
    });
  }

  private isShown(column: Column): boolean {
    return this.chosen.get(column.key) ?? (column.shown && hasRoom(column.key));
  }

  private drawTools(): void {
    const types = [...new Set(this.store.report.layers.map((layer) => layer.type))].sort();
    const kind = h(
      "select",
      { "aria-label": "Only layers of one type", onchange: (event: Event) => this.filter((event.target as HTMLSelectElement).value) },
      h("option", { value: "" }, "all types"),
      ...types.map((type) => h("option", { value: type }, type)),
    );
    const boxes = columns(this.store).map((column) =>
      h(
        "label",
        {},
        h("input", {
          type: "checkbox", checked: this.isShown(column),
          onchange: (event: Event) => {
            this.chosen.set(column.key, (event.target as HTMLInputElement).checked);
            this.draw();
          },
        }),
        column.key === "cost" ? "cost" : column.title,
      ),
    );
    this.tools.replaceChildren(
      kind,
      h("details", { class: "menu" }, h("summary", {}, "Columns"), h("div", { class: "menu-body" }, ...boxes)),
      h("button", { type: "button", onclick: () => this.csv() }, "CSV"),
      h("button", { type: "button", onclick: () => this.json() }, "JSON"),
    );
  }

  private filter(type: string): void {
    this.type = type;
    this.draw();
  }

  private rows(): Row[] {
    const wanted = this.store.state.search.trim().toLowerCase();
    const rows = this.store.now.rows.filter(
      ({ layer }) => (!this.type || layer.type === this.type) && (!wanted || isMatch(layer, wanted)),
    );
    const column = columns(this.store).find(({ key }) => key === this.sort.key);
    if (!column) return rows;
    const sign = this.sort.down ? -1 : 1;
    return rows.toSorted((a, b) => {
      const [x, y] = [column.value(a), column.value(b)];
      return sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true }));
    });
  }

  private draw(): void {
    const shown = columns(this.store).filter((column) => this.isShown(column));
    const rows = this.rows();
    const maxCost = Math.max(1, ...rows.map((row) => costOf(row, this.store.state.convention)));
    const table = h(
      "table",
      { "aria-label": "Layers" },
      h("thead", {}, h("tr", {}, ...shown.map((column) => this.head(column)))),
      h("tbody", {}, ...rows.map((row) => this.line(row, shown, maxCost))),
      h("tfoot", {}, h("tr", {}, ...shown.map((column, i) => h("td", { class: column.numeric ? "num" : "" }, column.total?.(rows) ?? (i === 0 ? counted(rows.length, "layer") : ""))))),
    );
    refill(this.body, table, ...(rows.length ? [] : [h("p", { class: "empty" }, "No layer has this name.")]));
    this.mark();
  }

  private head(column: Column): HTMLElement {
    const active = this.sort.key === column.key;
    const act = (): void => {
      const next = !active ? { key: column.key, down: !!column.numeric } : this.sort.down === !!column.numeric ? { key: column.key, down: !this.sort.down } : { key: "", down: false };
      this.sort = next;
      this.draw();
    };
    const order = active ? (this.sort.down ? "descending" : "ascending") : "none";
    return h(
      "th",
      { class: column.numeric ? "num" : "", "aria-sort": order, scope: "col" },
      h("button", { type: "button", "data-focus": column.key, onclick: act }, column.title, active ? (this.sort.down ? " ↓" : " ↑") : ""),
    );
  }

  private line(row: Row, shown: Column[], maxCost: number): HTMLElement {
    const was = this.store.original.rows[this.store.now.rows.indexOf(row)] as Row;
    const cells = shown.map((column) => {
      const [text, before] = [column.text(row), column.text(was)];
      const none = column.numeric && column.value(row) === 0 && column.key !== "index";
      return h("td", { class: `${column.numeric ? "num" : ""} col-${column.key}${none ? " none" : ""}` }, ...(this.special(column, row, maxCost, text) ?? (before === text ? shownAs(column, text) : [h("span", { class: "moved" }, h("s", {}, before), " ", h("b", {}, text))])));
    });
    return h("tr", { "data-layer": row.layer.name, "data-index": row.layer.index, class: row.state }, ...cells);
  }

  /** Cells that are more than a text. */
  private special(column: Column, row: Row, maxCost: number, text: string): Child[] | null {
    switch (column.key) {
      case "name":
        return [
          h("button", { type: "button", class: "link", title: text, onclick: () => this.store.open(row.layer) }, ...breakable(text)),
          matches(NARROW) && h("span", { class: "under" }, h("span", { class: `tag ${family(row.layer.type)}` }, row.layer.type), ` ${row.layer.brief}`),
          this.store.state.edits.has(row.layer.index) && h("span", { class: "badge" }, "changed"),
          row.state === "unsure" && h("span", { class: "badge", title: "The page cannot compute this type: its shape is the one it had." }, "as before?"),
          row.error && h("span", { class: "error" }, row.error.message),
        ];
      case "type":
        return [h("span", { class: `tag ${family(row.layer.type)}` }, ...breakable(text))];
      case "share": {
        const part = costOf(row, this.store.state.convention) / maxCost;
        return [part > 0 && h("span", { class: "spark" }, h("span", { style: `width:${Math.max(100 * part, 2)}%` })), h("span", { class: "share-text" }, text)];
      }
      default:
        return null;
    }
  }

  private mark(): void {
    const index = this.store.layer?.index;
    for (const line of this.body.querySelectorAll<HTMLElement>("tbody tr")) {
      const chosen = line.dataset["index"] === String(index);
      line.classList.toggle("chosen", chosen);
      if (chosen) this.bringUp(line);
    }
  }

  /** Scrolls up or down only, not sideways. */
  private bringUp(line: HTMLElement): void {
    const pane = this.element.parentElement;
    if (!pane?.clientHeight) return;
    const [row, frame] = [line.getBoundingClientRect(), pane.getBoundingClientRect()];
    if (row.top < frame.top + 40 || row.bottom > frame.bottom - 10) pane.scrollTop += row.top - frame.top - frame.height / 3;
  }

  private csv(): void {
    const all = columns(this.store);
    const cell = (value: string | number): string => {
      const text = String(value);
      return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const lines = [all.map((column) => column.key), ...this.rows().map((row) => all.map((column) => column.value(row)))];
    download(`${this.name()}.csv`, "text/csv", lines.map((line) => line.map(cell).join(",")).join("\n") + "\n");
  }

  private json(): void {
    const layers = this.rows().map((row) => ({
      name: row.layer.name, type: row.layer.type, brief: row.layer.brief, bottoms: row.layer.bottoms, tops: row.layer.tops,
      shapes: row.tops, params: row.params, param_count: row.paramCount, statistics: row.statistics, macs: row.macs,
    }));
    download(`${this.name()}.json`, "application/json", JSON.stringify({ net: this.store.report.net, totals: this.store.now.totals, layers }, null, 2) + "\n");
  }

  private name(): string {
    return this.store.report.net.name || "net";
  }
}
