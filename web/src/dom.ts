// Elements in one line each; text is always set as text, never as markup.

export type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, unknown>;

const SVG = "http://www.w3.org/2000/svg";

function fill<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || (value === false && !name.startsWith("aria-"))) continue;
    if (name.startsWith("on") && typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else element.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
  for (const child of children) if (child !== null && child !== undefined && child !== false) element.append(child instanceof Node ? child : plainly(String(child)));
  return element;
}

/** Without marks for the direction of writing, which would also turn the page's own words after a name. */
const plainly = (text: string): string => text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");

/** Replaces the children; if one had the focus, the new one of the same name gets it. */
export function refill(element: HTMLElement, ...children: (Node | string)[]): void {
  const focused = document.activeElement;
  const held = focused instanceof HTMLElement && element.contains(focused) ? focused : null;
  const named = (each: HTMLElement): string => each.dataset["focus"] ?? each.getAttribute("aria-label") ?? each.textContent ?? "";
  const name = held && named(held);
  element.replaceChildren(...children);
  if (!held || element.contains(held)) return;
  [...element.querySelectorAll<HTMLElement>(held.localName)].find((each) => named(each) === name)?.focus({ preventScroll: true });
}

const MAX_LENGTH = 34;

/** A text without its middle if it is longer than `longest` letters; the title should have the whole of it. */
export function shortened(text: string, longest = MAX_LENGTH): string {
  if (text.length <= longest) return text;
  const letters = [...text];
  return letters.length <= longest ? text : `${letters.slice(0, Math.ceil(longest / 2) - 1).join("")}…${letters.slice(-longest / 2).join("")}`;
}

/** "1 channel", "12 channels". */
export const counted = (n: number, word: string): string => `${thousands(n)} ${word}${n === 1 ? "" : "s"}`;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export const thousands = (n: number): string => n.toLocaleString("en");

/** 1.58 G, 723 M, 44.4 K: three digits. */
export function short(n: number): string {
  const [size, unit] = n >= 1e9 ? [1e9, " G"] : n >= 1e6 ? [1e6, " M"] : n >= 1e4 ? [1e3, " K"] : [1, ""];
  return size === 1 ? thousands(n) : Number((n / size).toPrecision(3)).toString() + unit;
}

/** A number with 6 significant digits. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e7) ? value.toExponential(4) : String(Number(value.toPrecision(6)));
  return text.replace("-", "−");
}

export const bytes = (n: number): string =>
  n >= 1e6 ? `${Number((n / 1e6).toPrecision(3))} MB` : n >= 1e3 ? `${Number((n / 1e3).toPrecision(3))} kB` : `${n} B`;

export const percent = (part: number, whole: number): string =>
  whole === 0 || part === 0 ? "0 %" : part / whole < 0.001 ? "< 0.1 %" : `${((100 * part) / whole).toFixed(1)} %`;

let ruler: CanvasRenderingContext2D | null = null;

/** The width of a text in a font, in pixels. */
export function textWidth(text: string, font: string): number {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (!ruler) return text.length * 8;
  ruler.font = font;
  return ruler.measureText(plainly(text)).width;
}

/** In letters, of names in tables and titles. */
export const MAX_NAME_LENGTH = 120;

/** A name that lines may break after its joints: "res2a_branch2a_relu", "fire2/squeeze1x1". */
export const breakable = (name: string): Child[] =>
  shortened(name, MAX_NAME_LENGTH).split(/(?<=[_/.-])(?=[^_/.-])/).flatMap((part, i) => (i ? [document.createElement("wbr"), part] : [part]));

/** Offers a text as a file to save. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
