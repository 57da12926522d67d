// The data that Python writes into a report and the page reads: one JSON document in
//   <script id="report" type="application/json">
// and each array in
//   <script id="a3" type="application/octet-stream">base64 of little-endian float16 or float32, row-major</script>
// with the ids that the document names. Axes are those of the blob: N x C x H x W of a map.

export type Shape = readonly number[];

/** "conv1@0": a blob's name, "@", its version. A layer in place makes version 1 of version 0. */
export type BlobId = string;

export interface Report {
  version: 1;
  kind: "net";
  /** `images` is the batch: `macs` are per image, `cost` is of the whole batch. */
  net: { name: string; file: string; phase: string; images: number };
  /** In the order of the file. */
  layers: Layer[];
  blobs: Record<BlobId, Blob>;
  inputs: BlobId[];
  outputs: BlobId[];
  /** Remarks for the reader: notes of the graph, which blobs were left out and why. */
  notes: string[];
  image?: Picture;
}

export interface Layer {
  index: number;
  name: string;
  type: string;
  /** "5x5+2/1 g2". */
  brief: string;
  bottoms: BlobId[];
  tops: BlobId[];
  params: Param[];
  /** Learned values and statistics (BatchNorm) that it owns; shared ones count at their owner. */
  paramCount: number;
  statistics: number;
  /** Multiply-adds per image, bias not counted. */
  macs: number;
  cost: Cost;
  /** "net.prototxt:44": without the folder, because a page is sent to others. */
  place: string;
  sections: Section[];
  rule: Rule;
  /** Why prototxt-explain --at cannot take its values apart; "" where it can. */
  noBreakdown: string;
}

export interface Param {
  shape: Shape;
  statistic: boolean;
  /** The name of the earlier layer that owns it, where it is shared. */
  owner?: string;
  data?: Data;
}

/** prototxt's Cost, field by field. */
export interface Cost {
  macs: number;
  additions: number;
  multiplications: number;
  comparisons: number;
  divisions: number;
  exponentials: number;
}

export interface Blob {
  name: string;
  version: number;
  /** null where it depends on a layer that nothing here can run. */
  shape: Shape | null;
  data?: Data;
}

/** `id` is that of a script element; the values are `scale` times what is stored there, 1 where it is not given. */
export interface Data {
  id: string;
  dtype: "float16" | "float32";
  scale?: number;
}

/** The person's image: a data URL, and which rectangle of its pixels became the whole of the input `blob`. */
export interface Picture {
  blob: BlobId;
  src: string;
  width: number;
  height: number;
  view: { left: number; top: number; width: number; height: number };
}

/** explain's Section and Line. */
export interface Section {
  key: string;
  title: string;
  lines: Line[];
  picture: string;
}

export interface Line {
  label: string;
  text: string;
  note: string;
  values: Record<string, unknown>;
}

/**
 * The numbers from which the page computes a layer again, by the names of prototxt fields: with defaults filled in, and
 * one number per spatial axis.
 */
export type Rule =
  | Input
  | Conv
  | Pool
  | InnerProduct
  | Like
  | PerValue
  | BatchNorm
  | Bn
  | Scale
  | Bias
  | PRelu
  | Lrn
  | Softmax
  | Eltwise
  | Axpy
  | Concat
  | Slice
  | Flatten
  | Reshape
  | Permute
  | Crop
  | Interp
  | Upsample
  | Unpool
  | Shuffle
  | Normalize
  | ArgMax
  | RoiPool
  | PriorBox
  | Loss
  | Unknown;

/** `shapes`: one per top. */
export interface Input { kind: "input"; shapes: Shape[] }

interface Windowed {
  kernel_size: number[];
  stride: number[];
  pad: number[];
  dilation: number[];
}

/** Convolution, under any of its names. "channels": as many as the bottom has (depthwise in some forks). */
export interface Conv extends Windowed {
  kind: "conv" | "deconv";
  num_output: number | "channels";
  group: number | "channels";
  bias_term: boolean;
  axis: number;
}

/** `kernel_size` is empty with global_pooling. */
export interface Pool extends Windowed {
  kind: "pool";
  pool: "MAX" | "AVE" | "STOCHASTIC";
  round_mode: "CEIL" | "FLOOR";
  global_pooling: boolean;
  avg_include_pad: boolean;
  /** A padded pool has no window that starts after the image. */
  clips: boolean;
}

export interface InnerProduct {
  kind: "inner_product";
  num_output: number;
  bias_term: boolean;
  axis: number;
  transpose: boolean;
}

/** Every top is like bottom 0 (Dropout at TEST, Split, ...): the values too. */
export interface Like { kind: "like" }

/** A function of one value: prototxt types by name, with their numbers (negative_slope, alpha, power, ...). */
export interface PerValue {
  kind: "neuron";
  function:
    | "ReLU" | "ReLU6" | "ELU" | "Sigmoid" | "TanH" | "Swish" | "AbsVal" | "BNLL" | "Threshold" | "Clip" | "Power"
    | "Exp" | "Log" | "other";
  numbers: Record<string, number>;
}

/** Caffe's: mean / factor, variance / factor, factor. */
export interface BatchNorm { kind: "batch_norm"; eps: number; use_global_stats: boolean; affine: number }
/**
 * A fork's BN: slope and bias, and mean and variance where it holds those (`arrays` is 2 or 4), 1 x C x 1 x 1 each.
 * `learns`: it takes mean and variance from the batch.
 */
export interface Bn { kind: "bn"; arrays: 2 | 4; eps: number; learns: boolean }
/** With two bottoms the second is the factor. */
export interface Scale { kind: "scale"; axis: number; num_axes: number; bias_term: boolean }
export interface Bias { kind: "bias"; axis: number; num_axes: number }
export interface PRelu { kind: "prelu"; channel_shared: boolean }

export interface Lrn {
  kind: "lrn";
  local_size: number;
  alpha: number;
  beta: number;
  k: number;
  norm_region: "ACROSS_CHANNELS" | "WITHIN_CHANNEL";
}

export interface Softmax { kind: "softmax"; axis: number }
/** `coeff` is empty where none is given. */
export interface Eltwise { kind: "eltwise"; operation: "SUM" | "PROD" | "MAX"; coeff: number[] }
export interface Axpy { kind: "axpy" }
export interface Concat { kind: "concat"; axis: number }
/** `slice_point` is empty for equal parts. */
export interface Slice { kind: "slice"; axis: number; slice_point: number[] }
export interface Flatten { kind: "flatten"; axis: number; end_axis: number }
export interface Reshape { kind: "reshape"; dim: number[]; axis: number; num_axes: number }
/** `order` is as the file has it: axes left out follow. */
export interface Permute { kind: "permute"; order: number[] }
export interface Crop { kind: "crop"; axis: number; offset: number[] }

/** `size` for height and width; else the two factors; neither with two bottoms. */
export interface Interp {
  kind: "interp";
  pad_beg: number;
  pad_end: number;
  size: number[];
  shrink_factor: number;
  zoom_factor: number;
}

export interface Upsample { kind: "upsample"; scale: number }

/** SegNet's: the second bottom holds each value's position; `size` for height and width, else times `scales` minus `less`. */
export interface Unpool { kind: "unpool"; size: number[]; scales: number[]; less: number[] }
/** Channels interleaved across groups. */
export interface Shuffle { kind: "shuffle"; group: number }
export interface Normalize { kind: "normalize"; across_spatial: boolean; channel_shared: boolean; eps: number }
/** `axis` is null where the maximum is taken over the whole item. */
export interface ArgMax { kind: "arg_max"; axis: number | null; out_max_val: boolean; top_k: number }
/** Regions of the second bottom, pooled; `channels` is the number the first must have, null for any number. */
export interface RoiPool { kind: "roi_pool"; pooled: number[]; channels: number | null; num_output: number | null }
/** `boxes` for each place of the map. */
export interface PriorBox { kind: "prior_box"; boxes: number }
/** One number; a second top is like the first bottom. `axis` is that of the classes, null without labels. */
export interface Loss { kind: "loss"; axis: number | null }

/** The page cannot compute it: tops, parameters and cost stay as they are, and are marked after a bottom changes. */
export interface Unknown { kind: "unknown" }

/** Two nets side by side, in place of a Report: layers matched by name, as prototxt-explain --diff matches them. */
export interface Comparison {
  version: 1;
  kind: "comparison";
  /** Nothing differs. */
  same: boolean;
  before: NetSide;
  after: NetSide;
  /** In the order of the second net, with layers that only the first has in between. */
  pairs: Pair[];
  /** The explanations of the layers, each distinct section once. */
  said: Explanation[];
  /** The result of loading the first net's weights into the second, layer by layer. */
  weights: Fate[];
}

export interface NetSide {
  name: string;
  file: string;
  phase: string;
  images: number;
  inputs: { name: string; shape: Shape | null }[];
  notes: string[];
}

export type Aspect = "type" | "settings" | "wiring" | "shape" | "parameters" | "cost" | "memory";

/** A layer in both nets, or in one: `copy` counts those of its name before it. */
export interface Pair {
  name: string;
  copy: number;
  /** The aspects in which a layer of both nets differs. */
  differs: Aspect[];
  before: PairSide | null;
  after: PairSide | null;
  /** Every field of either, as paths of prototxt names; "" where there is no value. */
  settings: Setting[];
}

export interface Setting { field: string; before: string; after: string }

/** `macs`, `biases` are per image, `bytes` those of new tops for the whole batch; `sections` are places in `said`. */
export interface PairSide {
  index: number;
  type: string;
  brief: string;
  bottoms: SideBlob[];
  tops: SideBlob[];
  params: Shape[];
  paramCount: number;
  statistics: number;
  macs: number;
  biases: number;
  bytes: number;
  place: string;
  sections: number[];
}

export interface SideBlob { id: BlobId; name: string; shape: Shape | null }

export interface Explanation {
  key: string;
  title: string;
  lines: { label: string; text: string; note: string }[];
  picture: string;
}

/** refused: Caffe refuses the whole file for it; unused: no layer of this name; missing: starts from its filler. */
export interface Fate {
  layer: string;
  fate: "loads" | "refused" | "unused" | "missing";
  why: string;
}
