import { describe, expect, it } from "vitest";
import { compute, convOut, deconvOut, outcome, poolOut, RuleError } from "../src/rules";
import type { Conv, Layer, Pool, Report, Rule, Shape } from "../src/types";

const conv = (more: Partial<Conv> = {}): Conv => ({
  kind: "conv", num_output: 6, group: 1, bias_term: true, axis: 1,
  kernel_size: [3, 5], stride: [1, 1], pad: [0, 0], dilation: [1, 1], ...more,
});
const pool = (more: Partial<Pool> = {}): Pool => ({
  kind: "pool", pool: "MAX", round_mode: "CEIL", global_pooling: false, avg_include_pad: true, clips: true,
  kernel_size: [3, 3], stride: [2, 2], pad: [0, 0], dilation: [1, 1], ...more,
});
const refusal = (rule: Rule, ...bottoms: Shape[]): RuleError => {
  try {
    outcome(rule, bottoms, 1);
  } catch (error) {
    if (error instanceof RuleError) return error;
  }
  throw new Error("it was not refused");
};

describe("sizes", () => {
  it("rounds convolutions down and pools up", () => {
    expect(convOut(227, 11, 4, 0, 1)).toBe(55);
    expect(poolOut(27, 3, 2, 0, true, false)).toBe(13);
    expect(poolOut(28, 3, 2, 0, true, false)).toBe(14);
    expect(poolOut(28, 3, 2, 0, false, false)).toBe(13);
  });
  it("leaves out a last window that sees padding only", () => expect(poolOut(5, 2, 3, 1, true, true)).toBe(2));
  it("divides towards 0, as C does", () => expect(convOut(2, 3, 2, 0, 1)).toBe(1));
  it("grows by deconvolution", () => expect(deconvOut(5, 4, 2, 1, 1)).toBe(10));
});

describe("layers", () => {
  it("counts a convolution in groups", () => {
    expect(outcome(conv({ group: 2 }), [[2, 4, 7, 9]], 1)).toEqual({
      tops: [[2, 6, 5, 5]], params: [[6, 2, 3, 5], [6]], macs: 2 * 6 * 25 * 2 * 15, bias: 300,
    });
  });
  it("counts a deconvolution by its input", () => {
    expect(outcome(conv({ kind: "deconv", bias_term: false }), [[2, 4, 7, 9]], 1)).toMatchObject({ params: [[4, 6, 3, 5]], macs: 2 * 4 * 63 * 6 * 15, bias: 0 });
  });
  it("takes the channels where a depthwise layer does", () =>
    expect(outcome(conv({ num_output: "channels", group: "channels" }), [[1, 8, 9, 9]], 1)?.params[0]).toEqual([8, 1, 3, 5]));
  it("pools the whole map", () => expect(outcome(pool({ global_pooling: true, kernel_size: [] }), [[2, 3, 7, 5]], 1)?.tops).toEqual([[2, 3, 1, 1]]));
  it("reshapes with 0 and -1", () => expect(outcome({ kind: "reshape", dim: [0, 2, -1], axis: 0, num_axes: -1 }, [[2, 3, 4, 5]], 1)?.tops).toEqual([[2, 2, 30]]));
  it("slices evenly", () => expect(outcome({ kind: "slice", axis: 1, slice_point: [] }, [[2, 6, 4]], 3)?.tops).toEqual([[2, 2, 4], [2, 2, 4], [2, 2, 4]]));
  it("knows nothing of an unknown type", () => expect(outcome({ kind: "unknown" }, [[1]], 1)).toBeNull());
});

describe("refusals say why", () => {
  it.each([
    [conv({ group: 4 }), [1, 4, 7, 9], "group", "6 outputs are not divisible by group 4"],
    [conv({ stride: [0, 1] }), [1, 4, 7, 9], "stride", "at least 1, not 0"],
    [conv({ kernel_size: [9, 5] }), [1, 4, 7, 9], "kernel_size", "spans 9 × 5, more than the padded input of 7 × 9"],
    [pool({ pad: [3, 3] }), [1, 4, 7, 9], "pad", "pad 3 must be smaller than kernel 3"],
    [conv({ num_output: 2 ** 30 }), [1, 4, 7, 9], "", "elements are more than"],
  ] as const)("%#", (rule, shape, field, text) => {
    const error = refusal(rule, shape);
    expect(error.field).toBe(field);
    expect(error.message).toContain(text);
  });
});

const cost = { macs: 0, additions: 0, multiplications: 0, comparisons: 0, divisions: 0, exponentials: 0 };
const layer = (index: number, name: string, rule: Rule, bottoms: string[], tops: string[]): Layer => ({
  index, name, type: rule.kind, brief: "", bottoms, tops, params: [], paramCount: 7, statistics: 0, macs: 0, cost, place: "", sections: [], rule, noBreakdown: "",
});
const net: Report = {
  version: 1,
  kind: "net",
  net: { name: "", file: "", phase: "TEST", images: 2 },
  layers: [
    layer(0, "data", { kind: "input", shapes: [[2, 4, 7, 9]] }, [], ["data@0"]),
    layer(1, "conv", conv(), ["data@0"], ["conv@0"]),
    layer(2, "odd", { kind: "unknown" }, ["conv@0"], ["odd@0"]),
  ],
  blobs: Object.fromEntries([["data@0", [2, 4, 7, 9]], ["conv@0", [2, 6, 5, 5]], ["odd@0", [2, 3]]].map(([id, shape]) => [id, { name: String(id), version: 0, shape: shape as number[] }])),
  inputs: ["data@0"], outputs: ["odd@0"], notes: [],
};

describe("a net", () => {
  it("counts per image", () => expect(compute(net).rows[1]).toMatchObject({ macs: 6 * 25 * 60, biases: 150, paramCount: 366, state: "computed" }));
  it("keeps what it cannot compute, and says so once its input moved", () => {
    expect(compute(net).rows[2]).toMatchObject({ tops: [[2, 3]], paramCount: 7, state: "kept" });
    const rows = compute(net, new Map([[1, conv({ pad: [1, 0] })]])).rows;
    expect(rows[1]?.tops).toEqual([[2, 6, 7, 5]]);
    expect(rows[2]?.state).toBe("unsure");
  });
  it("continues after a layer that refuses, without shapes", () => {
    const { rows, complete } = compute(net, new Map([[1, conv({ stride: [0, 0] })]]));
    expect(complete).toBe(false);
    expect(rows.map((row) => row.state)).toEqual(["computed", "refused", "unknown"]);
  });
});
