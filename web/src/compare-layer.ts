// One layer of both nets: its numbers, its settings field by field, and the explanations of each.

import { breakable, bytes, h, thousands } from "./dom";
import { family } from "./graph";
import { CONVENTIONS } from "./rules";
import { difference, kind, SIGNS, type CompareStore } from "./compare-store";
import { arrays, shapes } from "./compare-table";
import type { Explanation, Fate, Pair, PairSide, SideBlob } from "./types";

/** For each fate of a layer's weights: a sign, a name, and the consequence. */
export const FATES: Record<Fate["fate"], readonly [string, string, string]> = {
  refused: ["✗", "shape differs", ": the file is refused for it"],
  missing: ["∅", "missing", ": starts from its filler"],
  unused: ["−", "unused", ": no layer of this name"],
  loads: ["✓", "loads", ""],
};

export class CompareLayer {
  readonly element = h("article", { class: "layer-view compare-layer" });

  constructor(private readonly store: CompareStore) {
    store.on((state, before) => {
      if (state.pair !== before.pair || state.convention !== before.convention) this.draw();
    });
    this.draw();
  }

  private draw(): void {
    const { pair } = this.store;
    if (!pair) return this.element.replaceChildren(h("p", { class: "empty" }, "Choose a layer in the graph or in the table."));
    this.element.replaceChildren(this.head(pair), this.facts(pair), this.settings(pair), ...this.sections(pair));
  }

  private head(pair: Pair): HTMLElement {
    const rows = this.store.shown();
    const place = rows.indexOf(pair);
    const step = (next: Pair | undefined, label: string, title: string): HTMLElement =>
      h("button", { type: "button", title, "aria-label": title, disabled: !next, onclick: () => next && this.store.open(next) }, label);
    const mark = this.store.mark(pair);
    const aspects = pair.differs.length ? `: ${pair.differs.join(", ")}` : "";
    return h(
      "header",
      { class: "layer-head" },
      h("div", { class: "steps-nav" }, step(place > 0 ? rows[place - 1] : undefined, "←", "The previous layer in the table (k)"), step(rows[place + 1], "→", "The next layer in the table (j)")),
      h("h2", {}, pair.name, pair.copy > 0 && h("span", { class: "note" }, ` number ${pair.copy + 1} of this name`)),
      h("p", { class: "kind" }, h("span", { class: `tag ${family((pair.after ?? pair.before)?.type ?? "")}` }, kind(pair))),
      h("p", { class: `verdict-mark mark-${mark}` }, h("span", { class: "mark-sign", "aria-hidden": "true" }, SIGNS[mark]), h("b", {}, this.store.word(mark)), aspects),
    );
  }

  /** A table of both nets, or of the one that has the layer. */
  private table(name: string, pair: Pair, extra: string | null, rows: (Node | null | false)[]): HTMLElement {
    const [a, b] = this.store.labels;
    const head = [pair.before && a, pair.after && b, pair.before && pair.after && extra].filter((text) => typeof text === "string");
    return h("table", { class: `sides of-${head.length}`, "aria-label": name }, h("thead", {}, h("tr", {}, h("td", {}), ...head.map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, ...rows));
  }

  private facts(pair: Pair): HTMLElement {
    const { convention } = this.store.state;
    const words = (label: string, of: (side: PairSide) => string): HTMLElement | false => {
      const [old, now] = [pair.before && of(pair.before), pair.after && of(pair.after)];
      return !!(old || now) && row(label, old, now, old === null || now === null ? null : "");
    };
    const number = (label: string, of: (side: PairSide) => number, text = thousands): HTMLElement | false => {
      const [old, now] = [pair.before && of(pair.before), pair.after && of(pair.after)];
      return !!(old || now) && row(label, old === null ? null : text(old), now === null ? null : text(now), old === null || now === null ? null : old === now ? "" : difference(old, now, text));
    };
    const blobs = (all: SideBlob[]): string => all.map((blob) => `${blob.name} ${shapes([blob]).replaceAll(" ", "\u00a0")}`).join("\n");
    const fate = this.store.doc.weights.find((each) => each.layer === pair.name);
    return h(
      "section",
      { class: "facts-part" },
      this.table("Both layers in numbers", pair, "difference", [
        words("type", (side) => `${side.type} ${side.brief}`.trim()),
        words("inputs", (side) => blobs(side.bottoms)),
        words("outputs", (side) => blobs(side.tops)),
        words("weights", arrays),
        number("parameters", (side) => side.paramCount),
        number("statistics", (side) => side.statistics),
        number(CONVENTIONS[convention], (side) => this.store.cost(side)),
        number("blobs", (side) => side.bytes, bytes),
        row("in the file", pair.before && pair.before.place, pair.after && pair.after.place, pair.before && pair.after ? "" : null, false),
      ]),
      fate && pair.copy === 0 && h("p", { class: `fate fate-${fate.fate}` }, h("span", { class: "mark-sign", "aria-hidden": "true" }, FATES[fate.fate][0]), `Weights of ${this.store.labels[0]}: `, h("b", {}, FATES[fate.fate][1]), FATES[fate.fate][2], fate.why && fate.fate !== "unused" && h("span", { class: "note" }, ` (${fate.why})`)),
    );
  }

  private settings(pair: Pair): HTMLElement {
    const one = !pair.before || !pair.after;
    const rows = pair.settings.map(({ field, before, after }) => row(field, pair.before && before, pair.after && after, null));
    const count = pair.settings.filter((setting) => setting.before !== setting.after).length;
    return h(
      "section",
      { class: "settings-part" },
      h("h3", {}, "Settings"),
      !one && h("p", { class: "note" }, count ? `${count} of ${pair.settings.length} fields differ.` : "Every field is the same."),
      this.table("Settings, field by field", pair, null, rows),
    );
  }

  private sections(pair: Pair): HTMLElement[] {
    const of = (side: PairSide | null): Explanation[] => side?.sections.flatMap((place) => this.store.doc.said[place] ?? []) ?? [];
    const [before, after] = [of(pair.before), of(pair.after)];
    const keys = [...new Set([...before, ...after].map((section) => section.key))];
    const pick = (all: Explanation[], key: string): Explanation | null => all.find((section) => section.key === key) ?? null;
    return keys.map((key) => this.section(pair, pick(before, key), pick(after, key)));
  }

  private section(pair: Pair, before: Explanation | null, after: Explanation | null): HTMLElement {
    const title = (after ?? before)?.title ?? "";
    const both = !!(pair.before && pair.after);
    const pictures = both && before?.picture !== after?.picture ? [before?.picture, after?.picture] : [(after ?? before)?.picture];
    const content = [
      this.table(title, pair, null, lines(both, before, after)),
      ...pictures.map((picture, i) => picture ? h("figure", {}, pictures.length > 1 && h("figcaption", {}, this.store.labels[i] ?? ""), h("pre", {}, picture)) : false),
    ].filter((node): node is HTMLTableElement => node !== false);
    if (both && before === after) return h("details", { class: "explained section same" }, h("summary", {}, h("h3", {}, title), h("span", { class: "note" }, " the same in both")), ...content);
    return h("section", { class: "explained section" }, h("h3", {}, title), ...content);
  }
}

/** A line of a table of both; a sign before the label marks a difference. */
function row(label: string, before: string | null, after: string | null, extra: string | null, differs = before !== null && after !== null && before !== after): HTMLElement {
  return h(
    "tr",
    { class: differs ? "differs" : "", "data-field": label },
    h("th", { scope: "row" }, differs && h("span", { class: "mark-sign", role: "img", "aria-label": "differs" }, "≠"), ...breakable(label)),
    ...[before, after].filter((text): text is string => text !== null).map((text) => h("td", {}, text || "—")),
    extra !== null && h("td", { class: "by" }, extra),
  );
}

/** Lines of one section in both nets, by label: equal ones are shown once. */
function lines(both: boolean, before: Explanation | null, after: Explanation | null): HTMLElement[] {
  const keyed = (section: Explanation | null): Map<string, Explanation["lines"][number]> => {
    const byLabel = new Map<string, Explanation["lines"][number]>();
    for (const line of section?.lines ?? []) {
      let key = line.label;
      while (byLabel.has(key)) key += "\u0000";
      byLabel.set(key, line);
    }
    return byLabel;
  };
  const [old, now] = [keyed(before), keyed(after)];
  const cell = (line: Explanation["lines"][number] | undefined): (Node | string)[] => (line ? [h("span", { class: "line-text" }, line.text), ...(line.note ? [h("span", { class: "note" }, line.note)] : [])] : ["—"]);
  return [...new Set([...now.keys(), ...old.keys()])].map((key) => {
    const [a, b] = [old.get(key), now.get(key)];
    const label = (a ?? b)?.label ?? "";
    const differs = both && (a?.text !== b?.text || a?.note !== b?.note);
    const cells = differs ? [h("td", {}, ...cell(a)), h("td", {}, ...cell(b))] : [h("td", { colspan: both ? 2 : 1 }, ...cell(a ?? b))];
    return h("tr", { class: differs ? "differs" : "" }, h("th", { scope: "row" }, differs && h("span", { class: "mark-sign", role: "img", "aria-label": "differs" }, "≠"), label), ...cells);
  });
}
