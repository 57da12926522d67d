// The receptive field of a value: the rectangle of the input it depends on, traced back through the net layer by layer.

import { poolWindow } from "./rules";
import type { BlobId, Layer, Report, Shape } from "./types";

/** First and last row or column; before 0 and after the end lies padding. */
export type Span = readonly [number, number];

export interface Field {
  rows: Span;
  columns: Span;
}

type Back = (layer: Layer, bottom: Shape, span: Span, axis: 0 | 1) => Span;

const whole = (shape: Shape, axis: 0 | 1): Span => [0, (shape[2 + axis] ?? 1) - 1];

const windowed: Back = (layer, bottom, [first, last], axis) => {
  const rule = layer.rule;
  if (rule.kind !== "conv" && rule.kind !== "pool") return [first, last];
  const window =
    rule.kind === "pool" ? poolWindow(rule, bottom) : { kernel: rule.kernel_size, stride: rule.stride, pad: rule.pad };
  const dilation = rule.kind === "conv" ? (rule.dilation[axis] ?? 1) : 1;
  const [kernel, stride, pad] = [window.kernel[axis] ?? 1, window.stride[axis] ?? 1, window.pad[axis] ?? 0];
  return [first * stride - pad, last * stride - pad + dilation * (kernel - 1)];
};

const transposed: Back = (layer, _bottom, [first, last], axis) => {
  const rule = layer.rule;
  if (rule.kind !== "deconv") return [first, last];
  const [kernel, stride, pad] = [rule.kernel_size[axis] ?? 1, rule.stride[axis] ?? 1, rule.pad[axis] ?? 0];
  const reach = (rule.dilation[axis] ?? 1) * (kernel - 1);
  return [Math.ceil((first + pad - reach) / stride), Math.floor((last + pad) / stride)];
};

/** The span of a bottom that a span of the top depends on, along one axis. */
function back(layer: Layer, bottom: Shape, top: Shape, span: Span, axis: 0 | 1): Span {
  const rule = layer.rule;
  if (bottom.length !== 4 || top.length !== 4) return whole(bottom, axis);
  switch (rule.kind) {
    case "conv":
    case "pool":
      return windowed(layer, bottom, span, axis);
    case "deconv":
      return transposed(layer, bottom, span, axis);
    case "lrn": {
      const half = rule.norm_region === "WITHIN_CHANNEL" ? Math.floor(rule.local_size / 2) : 0;
      return [span[0] - half, span[1] + half];
    }
    case "upsample":
      return [Math.floor(span[0] / rule.scale), Math.floor(span[1] / rule.scale)];
    case "crop": {
      const offset = rule.offset.length > 1 ? (rule.offset[rule.offset.length - 2 + axis] ?? 0) : (rule.offset[0] ?? 0);
      return [span[0] + offset, span[1] + offset];
    }
    case "interp": {
      const [from, to] = [bottom[2 + axis] ?? 1, top[2 + axis] ?? 1];
      const ratio = to > 1 ? (from - 1) / (to - 1) : 0;
      return [Math.floor(span[0] * ratio), Math.ceil(span[1] * ratio)];
    }
    case "normalize":
      return rule.across_spatial ? whole(bottom, axis) : span;
    case "unpool": {
      // A value goes back into the block that it was the largest of.
      const scale = Math.ceil((top[2 + axis] ?? 1) / (bottom[2 + axis] ?? 1));
      return [Math.floor(span[0] / scale), Math.floor(span[1] / scale)];
    }
    case "unknown":
    case "arg_max":
    case "roi_pool":
    case "loss":
    case "inner_product":
    case "flatten":
    case "reshape":
    case "permute":
      return whole(bottom, axis);
    default:
      // A value depends on the same place of the bottom; a bottom with one value for the map stays whole.
      return bottom[2 + axis] === top[2 + axis] ? span : whole(bottom, axis);
  }
}

const union = (a: Field | undefined, b: Field): Field =>
  a
    ? {
        rows: [Math.min(a.rows[0], b.rows[0]), Math.max(a.rows[1], b.rows[1])],
        columns: [Math.min(a.columns[0], b.columns[0]), Math.max(a.columns[1], b.columns[1])],
      }
    : b;

/** The rectangle of every blob before `id` that the value at row y, column x of `id` depends on. */
export function fields(report: Report, id: BlobId, y: number, x: number): Map<BlobId, Field> {
  const needed = new Map<BlobId, Field>([[id, { rows: [y, y], columns: [x, x] }]]);
  for (const layer of [...report.layers].reverse())
    for (const top of layer.tops) {
      const field = needed.get(top);
      const shape = report.blobs[top]?.shape;
      if (!field || !shape) continue;
      // Of a Crop's second bottom only the size counts.
      for (const bottom of layer.rule.kind === "crop" ? layer.bottoms.slice(0, 1) : layer.bottoms) {
        const from = report.blobs[bottom]?.shape;
        if (!from) continue;
        const reached = {
          rows: back(layer, from, shape, field.rows, 0),
          columns: back(layer, from, shape, field.columns, 1),
        };
        needed.set(bottom, union(needed.get(bottom), reached));
      }
    }
  return needed;
}

/** The part of a field inside a blob of this shape, and the share of the field that is padding. */
export function clipped(field: Field, shape: Shape): { inside: Field; padded: number } {
  const cut = ([first, last]: Span, size: number): Span => [Math.max(first, 0), Math.min(last, size - 1)];
  const inside = { rows: cut(field.rows, shape[2] ?? 1), columns: cut(field.columns, shape[3] ?? 1) };
  const area = (f: Field): number => length(f.rows) * length(f.columns);
  const all = area(field);
  return { inside, padded: all ? 1 - area(inside) / all : 0 };
}

export const length = ([first, last]: Span): number => Math.max(last - first + 1, 0);
