// The command that prints a breakdown which the page does not compute, with a button to copy it.

import { h } from "./dom";
import type { Layer, Report } from "./types";

/** Quoted for a shell, so that it is one word. */
const quoted = (text: string): string => (/^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

export function command(report: Report, layer: Layer, which: number, at: readonly number[]): string {
  const names = [report.net.file, layer.name];
  // A name that starts with a dash is no option.
  const end = names.some((name) => name.startsWith("-")) ? ["--"] : [];
  const options = ["--at", at.join(","), ...(which ? ["--top", String(which)] : [])];
  const words = end.length ? [...options, ...end, ...names] : [...names, ...options];
  return ["prototxt-explain", ...words.map(quoted)].join(" ");
}

/** The command with its button; nothing if the layer has no breakdown at all. */
export function commandLine(report: Report, layer: Layer, which: number, at: readonly number[]): HTMLElement[] {
  if (layer.noBreakdown) return [];
  const code = h("code", { tabindex: 0, "aria-label": "The command" }, command(report, layer, which, at));
  const status = h("span", { class: "note", role: "status" });
  const announce = (done: boolean): string => (status.textContent = done ? "copied" : "selected, ready to copy");
  const copy = h("button", { type: "button", onclick: () => void copied(code).then(announce) }, "Copy");
  return [
    h("p", { class: "command-line" }, code, copy, status),
    h("p", { class: "note" }, "Add the --weights, the --image and other options that this page was made with."),
  ];
}

/** Copies the text to the clipboard; selects it if the browser does not allow that. */
async function copied(code: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(code);
    return false;
  }
}
