// The command that computes what the page does not, to be copied.

import { h } from "./dom";
import type { Layer, Report } from "./types";

/** As a shell reads it: one word, whatever is in it. */
const quoted = (text: string): string => (/^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

export function command(report: Report, layer: Layer, which: number, at: readonly number[]): string {
  const names = [report.net.file, layer.name];
  // A name that starts with a dash is no option.
  const end = names.some((name) => name.startsWith("-")) ? ["--"] : [];
  const options = ["--at", at.join(","), ...(which ? ["--top", String(which)] : [])];
  const words = end.length ? [...options, ...end, ...names] : [...names, ...options];
  return ["prototxt-explain", ...words.map(quoted)].join(" ");
}

/** The command with its button; nothing where nobody has a breakdown of the layer. */
export function commandLine(report: Report, layer: Layer, which: number, at: readonly number[]): HTMLElement[] {
  if (layer.noBreakdown) return [];
  const code = h("code", { tabindex: 0, "aria-label": "The command" }, command(report, layer, which, at));
  const said = h("span", { class: "note", role: "status" });
  const tell = (done: boolean): string => (said.textContent = done ? "copied" : "marked, to be copied");
  const copy = h("button", { type: "button", onclick: () => void copied(code).then(tell) }, "Copy");
  return [
    h("p", { class: "command-line" }, code, copy, said),
    h("p", { class: "note" }, "Add the --weights, the --image and other options that this page was made with."),
  ];
}

/** Into the clipboard; where the browser does not let a page do that, the text is marked. */
async function copied(code: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(code);
    return false;
  }
}
