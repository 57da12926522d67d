// Arrays out of the page's script elements: base64 of float16 or float32, decoded on first use.

import type { Data, Shape } from "./types";

export interface Tensor {
  shape: Shape;
  values: Float32Array;
  /** Whether the values were rounded to float16 on their way here. */
  half: boolean;
}

const decoded = new Map<string, Float32Array | null>();

/** The values; null where the page does not hold them. */
export function tensor(shape: Shape | null, data: Data | undefined): Tensor | null {
  if (!shape || !data) return null;
  const cached = decoded.get(data.id);
  const values = cached === undefined ? decode(data) : cached;
  decoded.set(data.id, values);
  return values && { shape, values, half: data.dtype === "float16" };
}

/** Drops the decoded arrays, before another report is opened. */
export const forget = (): void => decoded.clear();

function decode(data: Data): Float32Array | null {
  const text = document.getElementById(data.id)?.textContent;
  if (text === null || text === undefined) return null;
  const bytes = fromBase64(text.trim());
  const values = data.dtype === "float16" ? fromHalf(new Uint16Array(bytes.buffer)) : new Float32Array(bytes.buffer);
  const scale = data.scale ?? 1;
  return scale === 1 ? values : values.map((value) => value * scale);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

let halves: Float32Array | null = null;

/** By a table of all 65,536 values. */
function fromHalf(stored: Uint16Array): Float32Array {
  const table = (halves ??= Float32Array.from({ length: 65536 }, (_, bits) => halfValue(bits)));
  const values = new Float32Array(stored.length);
  for (let i = 0; i < stored.length; i++) values[i] = table[stored[i] as number] as number;
  return values;
}

export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The position of a place in row-major order. */
export function position(shape: Shape, at: readonly number[]): number {
  return shape.reduce((offset, size, axis) => offset * size + (at[axis] ?? 0), 0);
}

export const valueAt = (tensor: Tensor, at: readonly number[]): number =>
  tensor.values[position(tensor.shape, at)] ?? NaN;

/** The place of a position in row-major order. */
export function placeOf(shape: Shape, index: number): number[] {
  const at = new Array<number>(shape.length).fill(0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    at[axis] = index % size;
    index = Math.floor(index / size);
  }
  return at;
}
