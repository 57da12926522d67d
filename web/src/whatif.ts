// What if: the editable settings of a layer; shapes and costs follow at once, and a refused setting gives its reason.

import { h, refill, thousands } from "./dom";
import { CONVENTIONS, costOf, show, type Row } from "./rules";
import type { Store } from "./store";
import type { Layer, Rule, Shape } from "./types";

interface Knob {
  field: string;
  label: string;
  read(rule: Rule): string;
  /** The rule with the field as it was typed; null where that is no number. */
  write(rule: Rule, text: string): Rule | null;
  choices?: readonly string[];
}

type Fields = Record<string, unknown>;
const get = (rule: Rule, field: string): unknown => (rule as unknown as Fields)[field];
const put = (rule: Rule, field: string, value: unknown): Rule => ({ ...(rule as unknown as Fields), [field]: value }) as unknown as Rule;

const numbers = (text: string): number[] | null => {
  const parts = text.trim().split(/[\s,x×]+/);
  return parts.every((part) => /^-?\d{1,10}$/.test(part)) ? parts.map(Number) : null;
};

const one = (field: string, label = field): Knob => ({
  field, label,
  read: (rule) => String(get(rule, field)),
  write(rule, text) {
    const values = numbers(text);
    return values?.length === 1 ? put(rule, field, values[0]) : null;
  },
});

/** One number for all axes, or one for each: 3, or 1 x 7. */
const each = (field: string): Knob => ({
  field, label: field,
  read(rule) {
    const values = get(rule, field) as number[];
    return new Set(values).size === 1 ? String(values[0]) : values.join("x");
  },
  write(rule, text) {
    const [values, axes] = [numbers(text), (get(rule, field) as number[]).length];
    if (!values || (values.length !== 1 && values.length !== axes)) return null;
    return put(rule, field, values.length === axes ? values : Array.from({ length: axes }, () => values[0]));
  },
});

const choice = (field: string, choices: readonly string[]): Knob => ({
  field, label: field, choices, read: (rule) => String(get(rule, field)), write: (rule, text) => put(rule, field, text),
});

const yesNo = (field: string): Knob => ({
  field, label: field, choices: ["true", "false"], read: (rule) => String(get(rule, field)), write: (rule, text) => put(rule, field, text === "true"),
});

const shapeKnob = (i: number, name: string): Knob => ({
  field: "dim", label: name,
  read: (rule) => (rule.kind === "input" ? (rule.shapes[i] ?? []).join("x") : ""),
  write(rule, text) {
    const values = numbers(text);
    return rule.kind === "input" && values ? { ...rule, shapes: rule.shapes.with(i, values) } : null;
  },
});

function knobs(store: Store, layer: Layer): Knob[] {
  const rule = layer.rule;
  switch (rule.kind) {
    case "input":
      return rule.shapes.map((_, i) => shapeKnob(i, store.report.blobs[layer.tops[i] ?? ""]?.name ?? "shape"));
    case "conv":
    case "deconv": {
      const free = ["num_output", "group"].filter((field) => typeof get(rule, field) === "number");
      const own = free.map((field) => one(field));
      return [...own.slice(0, 1), each("kernel_size"), each("stride"), each("pad"), each("dilation"), ...own.slice(1), yesNo("bias_term")];
    }
    case "pool":
      return rule.global_pooling
        ? []
        : [each("kernel_size"), each("stride"), each("pad"), choice("round_mode", ["CEIL", "FLOOR"])];
    case "inner_product":
      return [one("num_output"), yesNo("bias_term")];
    case "upsample":
      return [one("scale")];
    case "shuffle":
      return [one("group")];
    case "roi_pool":
      return rule.channels === null ? [each("pooled")] : [];
    case "interp":
      return rule.size.length ? [each("size")] : [one("zoom_factor"), one("shrink_factor")];
    case "lrn":
      return [one("local_size")];
    default:
      return [];
  }
}

export class WhatIf {
  readonly element: HTMLElement;
  private readonly outcome = h("div", { class: "outcome", "aria-live": "polite" });

  constructor(
    private readonly store: Store,
    private readonly layer: Layer,
  ) {
    const fields = knobs(store, layer).map((knob) => this.field(knob));
    this.element = h(
      "section",
      { class: "whatif" },
      h("h3", {}, "What if"),
      fields.length ? h("div", { class: "fields" }, ...fields) : h("p", { class: "note" }, "Nothing here changes a shape."),
      this.outcome,
    );
    this.update();
  }

  private rule(): Rule {
    return this.store.state.edits.get(this.layer.index) ?? this.layer.rule;
  }

  private field(knob: Knob): HTMLElement {
    const act = (event: Event): void => {
      const input = event.target as HTMLInputElement;
      const rule = knob.write(this.rule(), input.value);
      input.setAttribute("aria-invalid", String(rule === null));
      if (rule) this.store.edit(this.layer, rule);
      else this.outcome.replaceChildren(h("p", { class: "error" }, `${knob.label}: "${input.value}" is not ${knob.field === "dim" ? "a shape like 1x3x227x227" : "a whole number, or one for each axis like 1x7"}.`));
    };
    const now = knob.read(this.rule());
    const input = knob.choices
      ? h("select", { name: knob.field, onchange: act }, ...knob.choices.map((value) => h("option", { value, selected: value === now }, value)))
      : h("input", { name: knob.field, value: now, size: Math.max(4, now.length), inputmode: "text", autocomplete: "off", spellcheck: "false", oninput: act });
    return h("label", {}, knob.label, input);
  }

  private update(): void {
    const index = this.store.report.layers.indexOf(this.layer);
    const [row, was] = [this.store.now.rows[index] as Row, this.store.original.rows[index] as Row];
    const { convention, edits } = this.store.state;
    for (const input of this.element.querySelectorAll("input, select")) input.setAttribute("aria-invalid", String(input.getAttribute("name") === row.error?.field));
    const line = (label: string, before: string, after: string): HTMLElement[] => [
      h("dt", {}, label),
      h("dd", {}, before === after ? after : h("span", {}, h("s", {}, before), " → ", h("b", {}, after))),
    ];
    const shapes = (each: readonly (Shape | null)[]): string => each.map(show).join(", ");
    const after = (text: string, known: boolean): string => (known ? text : "?");
    const { complete } = this.store.now;
    const totals = [this.store.original.totals, this.store.now.totals] as const;
    const changed = edits.size > 0;
    const refused = this.store.now.rows.filter((each) => each.state === "refused" && each !== row);
    const unsure = this.store.now.rows.filter((each) => each.state === "unsure");
    const lost = this.store.now.rows.filter((each, i) => each.state === "unknown" && this.store.original.rows[i]?.state !== "unknown");
    refill(
      this.outcome,
      ...(row.error ? [h("p", { class: "error" }, row.error.message)] : []),
      h(
        "dl",
        { class: "facts" },
        ...line("output", shapes(was.tops), shapes(row.tops)),
        ...(row.params.length ? line("weights", shapes(was.params), shapes(row.params)) : []),
        ...(was.paramCount || row.paramCount ? line("parameters", thousands(was.paramCount), after(thousands(row.paramCount), !row.error)) : []),
        ...(was.macs || row.macs ? line(CONVENTIONS[convention], thousands(costOf(was, convention)), after(thousands(costOf(row, convention)), !row.error)) : []),
        ...(changed ? line("whole net, parameters", thousands(totals[0].params), after(thousands(totals[1].params), complete)) : []),
        ...(changed ? line(`whole net, ${CONVENTIONS[convention]}`, thousands(costOf(totals[0], convention)), after(thousands(costOf(totals[1], convention)), complete)) : []),
      ),
      ...refused.map((each) => h("p", { class: "error" }, this.link(each.layer), ` cannot take its input: ${each.error?.message ?? ""}`)),
      ...(lost.length ? [h("p", { class: "note" }, `${lost.length} ${lost.length > 1 ? "later layers have" : "later layer has"} no shape with this setting.`)] : []),
      ...(unsure.length ? [h("p", { class: "note" }, `${unsure.length} layers of types that this page cannot compute keep the shape they had: ${unsure.slice(0, 5).map((each) => each.layer.name).join(", ")}${unsure.length > 5 ? ", ..." : ""}.`)] : []),
      ...(edits.has(this.layer.index) ? [h("button", { type: "button", onclick: () => this.store.edit(this.layer, null) }, "As in the file")] : []),
      ...(changed ? [h("p", { class: "note" }, "Maps and values are still those of the net in the file.")] : []),
    );
  }

  private link(layer: Layer): HTMLElement {
    return h("button", { type: "button", class: "link", onclick: () => this.store.open(layer) }, layer.name);
  }

  /** Updates the fields, after a change was undone outside of them. */
  refresh(): void {
    const byField = knobs(this.store, this.layer);
    [...this.element.querySelectorAll<HTMLInputElement | HTMLSelectElement>(".fields input, .fields select")].forEach((input, i) => {
      const knob = byField[i];
      if (knob && document.activeElement !== input) input.value = knob.read(this.rule());
    });
    this.update();
  }
}
