// Shapes, parameters and multiply-adds of every layer, from shapes only: the rules of prototxt's layer types.
// Pure functions of what they are given; they run in the page and under Node.

import type { ArgMax, BlobId, Conv, Crop, Interp, Layer, Loss, Pool, Report, Reshape, RoiPool, Rule, Shape, Slice, Unpool } from "./types";

/** A setting that the layer cannot take: what is wrong, with the numbers, and the field to point at. */
export class RuleError extends Error {
  constructor(message: string, readonly field = "") {
    super(message);
  }
}

export interface Outcome {
  tops: Shape[];
  params: Shape[];
  /** Multiply-adds and additions of the bias, of the whole batch. */
  macs: number;
  bias: number;
}

const MAX_ELEMENTS = 2 ** 31 - 1;

export const count = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);
export const show = (shape: Shape | null): string =>
  shape === null ? "?" : shape.length ? shape.join(" × ") : "scalar";
const times = (values: readonly number[]): string => values.join(" × ");
const sum = (values: readonly number[]): number => values.reduce((total, n) => total + n, 0);
const same = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i]);
const at = <T>(values: readonly T[], index: number): T => {
  const value = values[index];
  if (value === undefined) throw new RuleError(`number ${index + 1} of ${values.length} is missing`);
  return value;
};

/** -1 is the last axis. */
export function canonical(axis: number, shape: Shape, field = "axis"): number {
  if (axis < -shape.length || axis >= shape.length)
    throw new RuleError(`axis ${axis} is out of range for a bottom of ${show(shape)}`, field);
  return axis < 0 ? axis + shape.length : axis;
}

/** The lengths of `num_axes` axes from `axis` on; -1 means all that follow. */
function runOfAxes(shape: Shape, axis: number, num_axes: number): Shape {
  const start = canonical(axis, shape);
  const end = num_axes === -1 ? shape.length : start + num_axes;
  if (end > shape.length)
    throw new RuleError(`${num_axes} axes from axis ${start} on run past the end of ${show(shape)}`, "num_axes");
  return shape.slice(start, end);
}

function atLeast(values: readonly number[], min: number, field: string): void {
  for (const value of values)
    if (!Number.isInteger(value) || value < min)
      throw new RuleError(`${field} must be a whole number of at least ${min}, not ${value}`, field);
}

const extent = (kernel: number, dilation: number): number => dilation * (kernel - 1) + 1;

/** floor((H + 2p - e) / s) + 1; the division goes towards 0, as C's does. */
export function convOut(size: number, kernel: number, stride: number, pad: number, dilation: number): number {
  return Math.trunc((size + 2 * pad - extent(kernel, dilation)) / stride) + 1;
}

export function deconvOut(size: number, kernel: number, stride: number, pad: number, dilation: number): number {
  return stride * (size - 1) + extent(kernel, dilation) - 2 * pad;
}

/** ceil((H + 2p - k) / s) + 1, or floor; with `clip` no window starts at or after H + p. */
export function poolOut(size: number, kernel: number, stride: number, pad: number, ceil: boolean, clip: boolean): number {
  const steps = (size + 2 * pad - kernel) / stride;
  const out = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return clip ? Math.min(out, Math.ceil((size + pad) / stride)) : out;
}

/** Numbers of a convolution for a bottom of this shape. */
export function convNumbers(rule: Conv, shape: Shape): { axis: number; channels: number; outputs: number; group: number } {
  const axis = canonical(rule.axis, shape);
  const channels = at(shape, axis);
  const outputs = rule.num_output === "channels" ? channels : rule.num_output;
  const group = rule.group === "channels" ? channels : rule.group;
  return { axis, channels, outputs, group };
}

function conv(rule: Conv, bottoms: Shape[]): Outcome {
  const shape = at(bottoms, 0);
  const other = bottoms.find((bottom) => !same(bottom, shape));
  if (other) throw new RuleError(`all bottoms must have one shape, got ${show(shape)} and ${show(other)}`, "bottom");
  const { axis, channels, outputs, group } = convNumbers(rule, shape);
  atLeast([outputs], 1, "num_output");
  atLeast([group], 1, "group");
  atLeast(rule.kernel_size, 1, "kernel_size");
  atLeast(rule.stride, 1, "stride");
  atLeast(rule.dilation, 1, "dilation");
  atLeast(rule.pad, 0, "pad");
  if (outputs % group) throw new RuleError(`${outputs} outputs are not divisible by group ${group}`, "group");
  if (channels % group) throw new RuleError(`${channels} input channels are not divisible by group ${group}`, "group");
  const spatial = shape.slice(axis + 1);
  const out = spatial.map((size, i) => {
    const window = [size, at(rule.kernel_size, i), at(rule.stride, i), at(rule.pad, i), at(rule.dilation, i)] as const;
    return rule.kind === "conv" ? convOut(...window) : deconvOut(...window);
  });
  if (out.some((n) => n < 1)) throw rule.kind === "conv" ? tooLarge(rule, spatial) : padTooLarge(out);
  const top = [...shape.slice(0, axis), outputs, ...out];
  const taps = count(rule.kernel_size);
  const weight =
    rule.kind === "conv"
      ? [outputs, channels / group, ...rule.kernel_size]
      : [channels, outputs / group, ...rule.kernel_size];
  const values = rule.kind === "conv" ? count(top) * (channels / group) : count(shape) * (outputs / group);
  return {
    tops: bottoms.map(() => top),
    params: rule.bias_term ? [weight, [outputs]] : [weight],
    macs: bottoms.length * values * taps,
    bias: rule.bias_term ? bottoms.length * count(top) : 0,
  };
}

function tooLarge(rule: Conv, spatial: Shape): RuleError {
  const spans = rule.kernel_size.map((k, i) => extent(k, at(rule.dilation, i)));
  const padded = spatial.map((h, i) => h + 2 * at(rule.pad, i));
  return new RuleError(`the kernel spans ${times(spans)}, more than the padded input of ${times(padded)}`, "kernel_size");
}

const padTooLarge = (out: number[]): RuleError =>
  new RuleError(`the output would be ${times(out)}: pad is too large for this kernel and stride`, "pad");

/** The window of a pool over a bottom of this shape; global pooling spans all of it. */
export function poolWindow(rule: Pool, shape: Shape): { kernel: Shape; stride: Shape; pad: Shape } {
  const [least, most] = rule.global_pooling ? [4, 5] : [rule.kernel_size.length + 2, rule.kernel_size.length + 2];
  if (shape.length < least || shape.length > most) {
    const need = least < most ? `${least} to ${most}` : `${least}`;
    throw new RuleError(`needs a bottom of ${need} axes, got ${shape.length}: ${show(shape)}`, "bottom");
  }
  const spatial = shape.slice(2);
  if (rule.global_pooling) return { kernel: spatial, stride: spatial.map(() => 1), pad: spatial.map(() => 0) };
  return { kernel: rule.kernel_size, stride: rule.stride, pad: rule.pad };
}

function pool(rule: Pool, bottoms: Shape[], topCount: number): Outcome {
  const shape = at(bottoms, 0);
  const { kernel, stride, pad } = poolWindow(rule, shape);
  atLeast(kernel, 1, "kernel_size");
  atLeast(stride, 1, "stride");
  atLeast(pad, 0, "pad");
  kernel.forEach((k, i) => {
    if (at(pad, i) >= k) throw new RuleError(`pad ${at(pad, i)} must be smaller than kernel ${k}`, "pad");
  });
  const clip = rule.clips && pad.some((p) => p > 0);
  const ceil = rule.round_mode === "CEIL";
  const out = shape.slice(2).map((h, i) => poolOut(h, at(kernel, i), at(stride, i), at(pad, i), ceil, clip));
  if (out.some((n) => n < 1)) {
    const padded = shape.slice(2).map((h, i) => h + 2 * at(pad, i));
    throw new RuleError(`a kernel of ${times(kernel)} leaves no window on a padded input of ${times(padded)}`, "kernel_size");
  }
  const top = [...shape.slice(0, 2), ...out];
  return free(Array.from({ length: Math.max(topCount, 1) }, () => top));
}

const free = (tops: Shape[], params: Shape[] = []): Outcome => ({ tops, params, macs: 0, bias: 0 });

function slice(rule: Slice, shape: Shape, topCount: number): Outcome {
  const axis = canonical(rule.axis, shape);
  const length = at(shape, axis);
  if (!rule.slice_point.length && length % topCount)
    throw new RuleError(`${topCount} tops do not divide the ${length} of axis ${axis} of ${show(shape)} evenly`, "top");
  const points = rule.slice_point.length
    ? rule.slice_point
    : Array.from({ length: topCount - 1 }, (_, i) => ((i + 1) * length) / topCount);
  const cuts = [0, ...points, length];
  const parts = cuts.slice(1).map((end, i) => end - at(cuts, i));
  if (parts.some((part) => part <= 0))
    throw new RuleError(`slice points must rise from 1 to below ${length}, got ${points.join(", ")}`, "slice_point");
  return free(parts.map((part) => shape.with(axis, part)));
}

function concat(axisGiven: number, bottoms: Shape[]): Outcome {
  const first = at(bottoms, 0);
  const axis = canonical(axisGiven, first);
  for (const shape of bottoms)
    if (shape.length !== first.length || !same(shape.with(axis, 0), first.with(axis, 0)))
      throw new RuleError(`bottoms must agree on every axis but ${axis}, got ${show(first)} and ${show(shape)}`, "bottom");
  return free([first.with(axis, sum(bottoms.map((shape) => at(shape, axis))))]);
}

function reshape(rule: Reshape, shape: Shape): Outcome {
  const start = rule.axis >= 0 ? rule.axis : shape.length + rule.axis + 1;
  if (start < 0 || start > shape.length)
    throw new RuleError(`axis ${rule.axis} is out of range for a bottom of ${show(shape)}`, "axis");
  const end = rule.num_axes === -1 ? shape.length : start + rule.num_axes;
  if (end > shape.length) throw new RuleError(`${rule.num_axes} axes from axis ${start} on run past the end`, "num_axes");
  const dims = rule.dim.map((dim, i) => (dim === 0 ? at(shape, start + i) : dim));
  const wanted = [...shape.slice(0, start), ...dims, ...shape.slice(end)];
  const holds = count(shape);
  const open = wanted.indexOf(-1);
  if (open >= 0) {
    const known = -count(wanted);
    if (holds % known) throw new RuleError(`${show(shape)} holds ${holds} values, not divisible by the known dims' ${known}`, "shape");
    wanted[open] = holds / known;
  }
  if (count(wanted) !== holds)
    throw new RuleError(`${show(shape)} holds ${holds} values, ${show(wanted)} would hold ${count(wanted)}`, "shape");
  return free([wanted]);
}

function flatten(axis: number, endAxis: number, shape: Shape): Outcome {
  const start = canonical(axis, shape);
  const end = canonical(endAxis, shape, "end_axis") + 1;
  return free([[...shape.slice(0, start), count(shape.slice(start, end)), ...shape.slice(end)]]);
}

function crop(rule: Crop, bottoms: Shape[]): Outcome {
  const shape = at(bottoms, 0);
  const size = at(bottoms, 1);
  const start = canonical(rule.axis, shape);
  const cropped = shape.length - start;
  const offsets = rule.offset.length > 1 ? rule.offset : Array.from({ length: cropped }, () => rule.offset[0] ?? 0);
  offsets.forEach((offset, i) => {
    const [axis, wanted] = [start + i, at(size, start + i)];
    if (offset + wanted > at(shape, axis))
      throw new RuleError(`axis ${axis}: ${wanted} values from ${offset} on run past the end of ${at(shape, axis)}`, "offset");
  });
  return free([[...shape.slice(0, start), ...size.slice(start, shape.length)]]);
}

function interp(rule: Interp, bottoms: Shape[]): Outcome {
  const shape = [...at(bottoms, 0), 1, 1, 1].slice(0, 4);
  const size = bottoms[1]?.slice(2) ?? (rule.size.length ? rule.size : shape.slice(2).map((h) => interpOut(rule, h)));
  return free([[...shape.slice(0, 2), ...size]]);
}

function interpOut(rule: Interp, size: number): number {
  const cut = size + rule.pad_beg + rule.pad_end;
  if (cut <= 0) throw new RuleError(`pad_beg ${rule.pad_beg} and pad_end ${rule.pad_end} leave nothing of ${size}`, "pad_beg");
  const shrunk = Math.floor((cut - 1) / rule.shrink_factor) + 1;
  return shrunk + (shrunk - 1) * (rule.zoom_factor - 1);
}

function eltwise(bottoms: Shape[]): Outcome {
  const first = at(bottoms, 0);
  const other = bottoms.find((shape) => !same(shape, first));
  if (other) throw new RuleError(`all bottoms must have one shape, got ${show(first)} and ${show(other)}`, "bottom");
  return free([first]);
}

function axpy(bottoms: Shape[]): Outcome {
  const [a, x, y] = [at(bottoms, 0), at(bottoms, 1), at(bottoms, 2)];
  if (!same(x, y)) throw new RuleError(`the second and the third bottom must have one shape, got ${show(x)} and ${show(y)}`, "bottom");
  if (!same(a.slice(0, 2), x.slice(0, 2)) || count(a.slice(2)) !== 1)
    throw new RuleError(`the first bottom, ${show(a)}, does not fit the second, ${show(x)}`, "bottom");
  return free([x]);
}

function operand(bottoms: Shape[], axis: number, num_axes: number): Shape {
  const shape = at(bottoms, 0);
  const given = bottoms[1] ?? runOfAxes(shape, axis, num_axes);
  if (given.length && !same(shape.slice(canonical(axis, shape)).slice(0, given.length), given))
    throw new RuleError(`a second bottom of ${show(given)} does not fit ${show(shape)} from axis ${axis} on`, "axis");
  return given;
}

function innerProduct(rule: Extract<Rule, { kind: "inner_product" }>, shape: Shape): Outcome {
  atLeast([rule.num_output], 1, "num_output");
  const axis = canonical(rule.axis, shape);
  const k = count(shape.slice(axis));
  const top = [...shape.slice(0, axis), rule.num_output];
  const weight = rule.transpose ? [k, rule.num_output] : [rule.num_output, k];
  return {
    tops: [top],
    params: rule.bias_term ? [weight, [rule.num_output]] : [weight],
    macs: count(top) * k,
    bias: rule.bias_term ? count(top) : 0,
  };
}

function permute(order: number[], shape: Shape): Outcome {
  const axes = [...order, ...shape.map((_, axis) => axis).filter((axis) => !order.includes(axis))];
  return free([axes.map((axis) => at(shape, axis))]);
}

/** N x C x H x W of fewer axes. */
const fourAxes = (shape: Shape): Shape => [...shape, 1, 1, 1].slice(0, Math.max(4, shape.length));

function unpool(rule: Unpool, bottoms: Shape[]): Outcome {
  const [shape, mask] = [at(bottoms, 0), at(bottoms, 1)];
  if (!same(shape, mask)) throw new RuleError(`all bottoms must have one shape, got ${show(shape)} and ${show(mask)}`, "bottom");
  const size = rule.size.length ? rule.size : shape.slice(2).map((n, i) => n * at(rule.scales, i) - at(rule.less, i));
  return free([[...shape.slice(0, 2), ...size]]);
}

function argMax(rule: ArgMax, shape: Shape): Outcome {
  const axis = rule.axis === null ? null : canonical(rule.axis, shape);
  const values = axis === null ? count(shape.slice(1)) : at(shape, axis);
  if (rule.top_k > values) throw new RuleError(`top_k ${rule.top_k} is more than the ${values} values to choose from`, "top_k");
  if (axis !== null) return free([shape.with(axis, rule.top_k)]);
  return free([[at(shape, 0), rule.out_max_val ? 2 : 1, rule.top_k, ...shape.slice(3).map(() => 1)]]);
}

function roiPool(rule: RoiPool, shape: Shape, regions: Shape): Outcome {
  if (rule.channels !== null && rule.channels !== at(shape, 1))
    throw new RuleError(`it takes ${rule.channels} channels, got ${at(shape, 1)}: ${show(shape)}`, "output_dim");
  return free([[at(regions, 0), rule.num_output ?? at(shape, 1), ...rule.pooled]]);
}

function loss(rule: Loss, bottoms: Shape[], topCount: number): Outcome {
  const shape = at(bottoms, 0);
  if (rule.axis !== null) {
    const [places, labels] = [count(shape) / at(shape, canonical(rule.axis, shape)), count(at(bottoms, 1))];
    if (places !== labels) throw new RuleError(`${show(shape)} takes ${places} labels, got ${labels}: ${show(at(bottoms, 1))}`, "bottom");
  }
  return free([[], shape].slice(0, topCount));
}

/** The outcome of a layer for bottoms of these shapes; null if the rule does not determine it. */
export function outcome(rule: Rule, bottoms: Shape[], topCount: number): Outcome | null {
  const result = applied(rule, bottoms, topCount);
  for (const shape of [...(result?.tops ?? []), ...(result?.params ?? [])])
    if (count(shape) > MAX_ELEMENTS)
      throw new RuleError(`${show(shape)} = ${count(shape).toLocaleString("en")} elements are more than the ${MAX_ELEMENTS.toLocaleString("en")} a blob may have`);
  return result;
}

function applied(rule: Rule, bottoms: Shape[], topCount: number): Outcome | null {
  if (rule.kind === "unknown") return null;
  if (rule.kind === "input") {
    for (const shape of rule.shapes) atLeast(shape, 1, "dim");
    return free(rule.shapes);
  }
  const shape = at(bottoms, 0);
  switch (rule.kind) {
    case "conv":
    case "deconv":
      return conv(rule, bottoms);
    case "pool":
      return pool(rule, bottoms, topCount);
    case "inner_product":
      return innerProduct(rule, shape);
    case "like":
      return free(Array.from({ length: topCount }, () => shape));
    case "neuron":
    case "softmax":
      return free([shape]);
    case "lrn":
      if (rule.local_size % 2 === 0) throw new RuleError(`local_size must be odd, not ${rule.local_size}`, "local_size");
      return free([shape]);
    case "batch_norm":
      return free([shape], [[at(shape, 1)], [at(shape, 1)], [1], ...Array.from({ length: rule.affine }, () => [at(shape, 1)])]);
    case "bn":
      return free([fourAxes(shape)], Array.from({ length: rule.arrays }, () => [1, at(shape, 1), 1, 1]));
    case "scale": {
      const factor = operand(bottoms, rule.axis, rule.num_axes);
      return free([shape], [...(bottoms.length > 1 ? [] : [factor]), ...(rule.bias_term ? [factor] : [])]);
    }
    case "bias": {
      const offset = operand(bottoms, rule.axis, rule.num_axes);
      return free([shape], bottoms.length > 1 ? [] : [offset]);
    }
    case "prelu":
      return free([shape], [rule.channel_shared ? [] : [at(shape, 1)]]);
    case "eltwise":
      return eltwise(bottoms);
    case "axpy":
      return axpy(bottoms);
    case "concat":
      return concat(rule.axis, bottoms);
    case "slice":
      return slice(rule, shape, topCount);
    case "flatten":
      return flatten(rule.axis, rule.end_axis, shape);
    case "reshape":
      return reshape(rule, shape);
    case "permute":
      return permute(rule.order, shape);
    case "crop":
      return crop(rule, bottoms);
    case "interp":
      return interp(rule, bottoms);
    case "shuffle":
      atLeast([rule.group], 1, "group");
      if (at(shape, 1) % rule.group) throw new RuleError(`${at(shape, 1)} channels are not divisible by group ${rule.group}`, "group");
      return free([fourAxes(shape)]);
    case "unpool":
      return unpool(rule, bottoms);
    case "normalize":
      return free([shape], [rule.channel_shared ? [] : [at(shape, 1)]]);
    case "arg_max":
      return argMax(rule, shape);
    case "roi_pool":
      return roiPool(rule, shape, at(bottoms, 1));
    case "prior_box":
      return free([[1, 2, at(shape, 2) * at(shape, 3) * rule.boxes * 4]]);
    case "loss":
      return loss(rule, bottoms, topCount);
    case "upsample":
      atLeast([rule.scale], 1, "scale");
      return free([[at(shape, 0), at(shape, 1), at(shape, 2) * rule.scale, at(shape, 3) * rule.scale]]);
  }
}

export const CONVENTIONS = {
  mac: "MAC",
  bias: "MAC with bias",
  flop: "2 × MAC",
} as const;
export type Convention = keyof typeof CONVENTIONS;

/** One layer with the edits. `state`: computed; kept as in the file, or kept but unsure; unknown; refused by the rule. */
export interface Row {
  layer: Layer;
  rule: Rule;
  bottoms: (Shape | null)[];
  tops: (Shape | null)[];
  params: Shape[];
  paramCount: number;
  statistics: number;
  /** Per image. */
  macs: number;
  biases: number;
  state: "computed" | "kept" | "unsure" | "unknown" | "refused";
  error?: RuleError;
}

export interface Computed {
  rows: Row[];
  shapes: Map<BlobId, Shape | null>;
  images: number;
  totals: { params: number; statistics: number; macs: number; biases: number };
  /** Whether every layer accepts its bottoms; if not, the totals leave out layers without a shape. */
  complete: boolean;
}

export type Edits = ReadonlyMap<number, Rule>;
const NONE: Edits = new Map();

export const costOf = (cost: { macs: number; biases: number }, convention: Convention): number =>
  convention === "mac" ? cost.macs : convention === "bias" ? cost.macs + cost.biases : 2 * cost.macs;

/** Every shape, parameter and cost of the net, with some rules changed. */
export function compute(report: Report, edits: Edits = NONE): Computed {
  const shapes = new Map<BlobId, Shape | null>();
  const moved = new Set<BlobId>();
  const drafts = report.layers.map((layer) => draft(report, layer, edits.get(layer.index) ?? layer.rule, shapes, moved));
  const images = batch(report, shapes);
  const rows = drafts.map((row) => ({ ...row, macs: Math.floor(row.macs / images), biases: Math.floor(row.biases / images) }));
  const totals = { params: 0, statistics: 0, macs: 0, biases: 0 };
  for (const row of rows) {
    totals.params += row.paramCount;
    totals.statistics += row.statistics;
    totals.macs += row.macs;
    totals.biases += row.biases;
  }
  return { rows, shapes, images, totals, complete: !rows.some((row) => row.state === "refused") };
}

/** A row with costs of the whole batch; its tops' shapes are added to `shapes`. */
function draft(report: Report, layer: Layer, rule: Rule, shapes: Map<BlobId, Shape | null>, moved: Set<BlobId>): Row {
  const bottoms = layer.bottoms.map((id) => shapes.get(id) ?? null);
  const row = { layer, rule, bottoms };
  const known = bottoms.every((shape): shape is Shape => shape !== null);
  try {
    const result = known ? outcome(rule, bottoms as Shape[], layer.tops.length) : null;
    if (result) {
      keep(report, layer, result.tops, shapes, moved);
      return { ...row, ...result, ...counts(layer, result.params), tops: result.tops, biases: result.bias, state: "computed" };
    }
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    layer.tops.forEach((id) => shapes.set(id, null));
    return { ...row, tops: layer.tops.map(() => null), ...NOTHING, state: "refused", error };
  }
  const lost = !known && layer.bottoms.some((id) => shapes.get(id) === null && report.blobs[id]?.shape);
  const tops = layer.tops.map((id) => (lost ? null : (report.blobs[id]?.shape ?? null)));
  const unsure = !lost && layer.bottoms.some((id) => moved.has(id));
  layer.tops.forEach((id, i) => {
    shapes.set(id, tops[i] ?? null);
    if (unsure) moved.add(id);
  });
  const state = lost || tops.includes(null) ? "unknown" : unsure ? "unsure" : "kept";
  return { ...row, tops, ...(lost ? NOTHING : asItWas(report, layer)), state };
}

const NOTHING = { params: [] as Shape[], paramCount: 0, statistics: 0, macs: 0, biases: 0 };

function asItWas(report: Report, layer: Layer): typeof NOTHING {
  const { paramCount, statistics, macs } = layer;
  return { params: layer.params.map((param) => param.shape), paramCount, statistics, macs: macs * report.net.images, biases: 0 };
}

function keep(report: Report, layer: Layer, tops: Shape[], shapes: Map<BlobId, Shape | null>, moved: Set<BlobId>): void {
  layer.tops.forEach((id, i) => {
    const shape = tops[i] ?? null;
    const was = report.blobs[id]?.shape ?? null;
    shapes.set(id, shape);
    if (!shape || !was || !same(shape, was)) moved.add(id);
  });
}

/** The values that a layer owns; shared arrays count at the layer that owns them. */
function counts(layer: Layer, params: Shape[]): { paramCount: number; statistics: number } {
  let [paramCount, statistics] = [0, 0];
  params.forEach((shape, i) => {
    const param = layer.params[i];
    if (param?.owner) return;
    if (param?.statistic) statistics += count(shape);
    else paramCount += count(shape);
  });
  return { paramCount, statistics };
}

/** The first axis of the first input of 4 axes, or of any. */
function batch(report: Report, shapes: Map<BlobId, Shape | null>): number {
  const inputs = report.inputs.map((id) => shapes.get(id)).filter((shape): shape is Shape => !!shape);
  const first = inputs.find((shape) => shape.length === 4) ?? inputs[0];
  return first ? (first[0] ?? 1) || 1 : report.net.images || 1;
}
