import { describe, expect, it } from "vitest";
import { command } from "../src/command";
import { halfValue, type Tensor } from "../src/arrays";
import { clipped, fields } from "../src/field";
import { breakDown, type Breakdown } from "../src/breakdown";
import { NoBreakdown } from "../src/breakdowns/terms";
import { exactFirst, fromHash, toHash } from "../src/store";
import type { Layer, Report, Rule, Shape } from "../src/types";

const cost = { macs: 0, additions: 0, multiplications: 0, comparisons: 0, divisions: 0, exponentials: 0 };
const layer = (rule: Rule, name = "it", bottoms = ["x@0"], tops = ["y@0"]): Layer => ({
  index: 0, name, type: rule.kind, brief: "", bottoms, tops, params: [], paramCount: 0, statistics: 0, macs: 0, cost, place: "", sections: [], rule, noBreakdown: "",
});
const tensor = (shape: Shape, values: number[], half = false): Tensor => ({ shape, values: Float32Array.from(values), half });
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function broken(rule: Rule, bottoms: Tensor[], params: Tensor[], shape: Shape, at: number[], top: Tensor | null = null): Breakdown {
  return breakDown({ layer: layer(rule, "it", bottoms.map((_, i) => `x${i}@0`)), bottoms, params, top, shape, which: 0 }, at);
}

const window = { kernel_size: [2, 2], stride: [1, 1], pad: [1, 1], dilation: [1, 1] };

describe("breakdowns", () => {
  // Channels 0 1 2 / 3 4 5 and 6 7 8 / 9 10 11; the corner window holds padding, padding / padding, x[0][0].
  const x = tensor([1, 2, 2, 3], upTo(12));
  const conv: Rule = { kind: "conv", num_output: 1, group: 1, bias_term: true, axis: 1, ...window };
  const w = tensor([1, 2, 2, 2], [1, 2, 3, 4, -1, -2, -3, -4]);

  it("adds products channel by channel, then the bias", () => {
    const result = broken(conv, [x], [w, tensor([1], [0.5])], [1, 1, 3, 4], [0, 0, 1, 1]);
    // 0*1 + 1*2 + 3*3 + 4*4 = 27; 6*-1 + 7*-2 + 9*-3 + 10*-4 = -87
    expect(result.groups.map((group) => group.subtotal)).toEqual([27, -87]);
    expect(result.value).toBe(-59.5);
    expect(result.size).toBe(27 + 87 + 0.5);
  });
  it("takes the padding as 0", () => {
    const result = broken(conv, [x], [w, tensor([1], [0])], [1, 1, 3, 4], [0, 0, 0, 0]);
    expect(result.groups[1]?.terms.map((term) => term.at)).toEqual([null, null, null, [0, 1, 0, 0]]);
    expect(result.value).toBe(-24);
  });
  it("tells a wrong value from a rounded one", () => {
    const at = [0, 0, 1, 1];
    const holds = (value: number, half = false): boolean | null => {
      const top = tensor([1, 1, 3, 4], upTo(12).map((i) => (i === 5 ? value : 0)), half);
      return broken(conv, [x], [w, tensor([1], [0.5])], [1, 1, 3, 4], at, top).agrees;
    };
    expect([holds(-59.5), holds(-59.5001), holds(-59.6), holds(-59.6, true), holds(-61, true)]).toEqual([true, true, false, true, false]);
  });
  it("averages with the padding counted", () => {
    const rule: Rule = { kind: "pool", pool: "AVE", round_mode: "CEIL", global_pooling: false, avg_include_pad: true, clips: true, ...window };
    expect(broken(rule, [x], [], [1, 2, 3, 4], [0, 1, 0, 1]).value).toBe((6 + 7) / 4);
  });
  it("never lets the padding win", () => {
    const rule: Rule = { kind: "pool", pool: "MAX", round_mode: "CEIL", global_pooling: false, avg_include_pad: true, clips: true, ...window };
    expect(broken(rule, [tensor([1, 1, 1, 2], [-3, -4])], [], [1, 1, 2, 3], [0, 0, 0, 0]).value).toBe(-3);
  });
  it("stamps", () => {
    const rule: Rule = { kind: "deconv", num_output: 1, group: 1, bias_term: false, axis: 1, kernel_size: [3, 3], stride: [2, 2], pad: [0, 0], dilation: [1, 1] };
    const result = broken(rule, [tensor([1, 1, 1, 2], [5, 7])], [tensor([1, 1, 3, 3], upTo(9))], [1, 1, 3, 5], [0, 0, 1, 2]);
    expect(result.value).toBe(7 * 3 + 5 * 5);
  });
  it("multiplies a matrix, stored either way", () => {
    const v = tensor([1, 3], [1, 2, 3]);
    const rule = { kind: "inner_product", num_output: 2, bias_term: false, axis: 1 } as const;
    expect(broken({ ...rule, transpose: false }, [v], [tensor([2, 3], upTo(6))], [1, 2], [0, 1]).value).toBe(3 + 8 + 15);
    expect(broken({ ...rule, transpose: true }, [v], [tensor([3, 2], upTo(6))], [1, 2], [0, 1]).value).toBe(1 + 6 + 15);
  });
  it("normalizes by stored sums", () => {
    const rule: Rule = { kind: "batch_norm", eps: 0, use_global_stats: true, affine: 0 };
    const params = [tensor([2], [0, 4]), tensor([2], [1, 32]), tensor([1], [2])];
    expect(broken(rule, [x], params, [1, 2, 2, 3], [0, 1, 0, 0]).value).toBe((6 - 2) / 4);
  });
  it("normalizes by the batch", () => {
    const batch = tensor([2, 1, 1, 2], [1, 2, 3, 6]);
    const result = broken({ kind: "batch_norm", eps: 0.5, use_global_stats: false, affine: 0 }, [batch], [], [2, 1, 1, 2], [1, 0, 0, 1]);
    // Mean 3, distances −2 −1 0 3, variance 14 / 4.
    expect(result.value).toBe(3 / Math.sqrt(14 / 4 + 0.5));
    const slope = [tensor([1, 1, 1, 1], [2]), tensor([1, 1, 1, 1], [-1])];
    expect(broken({ kind: "bn", arrays: 2, eps: 0.5, learns: true }, [batch], slope, [2, 1, 1, 2], [1, 0, 0, 1]).value).toBe(2 * 1.5 - 1);
  });
  it("goes between neighbours", () => {
    const rule: Rule = { kind: "interp", pad_beg: 0, pad_end: 0, size: [3, 5], shrink_factor: 1, zoom_factor: 1 };
    const result = broken(rule, [x], [], [1, 2, 3, 5], [0, 0, 1, 1]);
    // Half way between the rows 0 1 2 and 3 4 5, half way between the columns.
    expect(result.groups[0]?.terms.map(({ value, factor }) => [value, factor])).toEqual([[0, 0.25], [1, 0.25], [3, 0.25], [4, 0.25]]);
    expect(result.value).toBe(2);
    expect(broken({ ...rule, pad_beg: -1, size: [1, 1] }, [x], [], [1, 2, 1, 1], [0, 0, 0, 0]).value).toBe(4);
  });
  it("says where the largest is, and leaves ties of float16 to the engine", () => {
    const rule: Rule = { kind: "pool", pool: "MAX", round_mode: "CEIL", global_pooling: false, avg_include_pad: true, clips: true, kernel_size: [2, 2], stride: [1, 1], pad: [0, 0], dilation: [1, 1] };
    const place = (values: number[], half: boolean, engine: number): number =>
      breakDown({ layer: layer(rule), bottoms: [tensor([1, 1, 2, 2], values, half)], params: [], top: tensor([1, 1, 1, 1], [engine]), shape: [1, 1, 1, 1], which: 1 }, [0, 0, 0, 0]).value;
    expect([place([1, 5, 2, 3], false, 1), place([1, 5, 2, 5], false, 3), place([1, 5, 2, 5], true, 3), place([NaN, NaN, NaN, NaN], false, -1)]).toEqual([1, 1, 3, -1]);
  });
  it("finds where a value came from", () => {
    const result = broken({ kind: "concat", axis: 1 }, [x, tensor([1, 1, 2, 3], upTo(6))], [], [1, 3, 2, 3], [0, 2, 1, 1]);
    expect(result.groups[0]).toMatchObject({ bottom: 1, terms: [{ at: [0, 0, 1, 1], value: 4 }] });
  });
  it("says why there is none", () => {
    expect(() => broken({ kind: "unknown" }, [x], [], [1], [0])).toThrow(NoBreakdown);
    expect(() => broken(conv, [x], [], [1, 1, 3, 4], [0, 0, 0, 0])).toThrow("weights are not in this file");
  });
});

describe("what the page has no breakdown of", () => {
  const commandOf = (file: string, name: string, at: number[], which = 0): string => command({ ...net, net: { ...net.net, file } }, layer({ kind: "unknown" }, name), which, at);
  it("is printed by a command", () => {
    expect(commandOf("net.prototxt", "fire2/conv", [0, 1, 2])).toBe("prototxt-explain net.prototxt fire2/conv --at 0,1,2");
    expect(commandOf("net.prototxt", "loss", [], 1)).toBe("prototxt-explain net.prototxt loss --at '' --top 1");
  });
  it("whatever the names are", () => {
    expect(commandOf("a b.prototxt", "it's; rm *", [0])).toBe("prototxt-explain 'a b.prototxt' 'it'\\''s; rm *' --at 0");
    expect(commandOf("net.prototxt", "-o", [0])).toBe("prototxt-explain --at 0 -- net.prototxt -o");
  });
});

describe("float16", () => {
  it.each([[0x3c00, 1], [0xc000, -2], [0x7bff, 65504], [0x0001, 2 ** -24], [0x7c00, Infinity]])("%i", (bits, value) => expect(halfValue(bits)).toBe(value));
});

const blob = (shape: number[]): { name: string; version: number; shape: number[] } => ({ name: "b", version: 0, shape });
const net: Report = {
  version: 1,
  kind: "net",
  net: { name: "", file: "", phase: "TEST", images: 1 },
  layers: [
    layer({ kind: "input", shapes: [[1, 1, 9, 9]] }, "data", [], ["data@0"]),
    layer({ kind: "conv", num_output: 1, group: 1, bias_term: false, axis: 1, kernel_size: [3, 3], stride: [2, 2], pad: [1, 1], dilation: [1, 1] }, "a/1", ["data@0"], ["a@0"]),
    layer({ kind: "pool", pool: "MAX", round_mode: "CEIL", global_pooling: false, avg_include_pad: true, clips: true, kernel_size: [2, 2], stride: [2, 2], pad: [0, 0], dilation: [1, 1] }, "pool", ["a@0"], ["pool@0"]),
  ],
  blobs: { "data@0": blob([1, 1, 9, 9]), "a@0": blob([1, 1, 5, 5]), "pool@0": blob([1, 1, 3, 3]) },
  inputs: ["data@0"], outputs: ["pool@0"], notes: [],
};

describe("receptive fields", () => {
  it("walks back window by window", () => {
    const field = fields(net, "pool@0", 0, 1).get("data@0");
    expect(field).toEqual({ rows: [-1, 3], columns: [3, 7] });
    expect(field && clipped(field, [1, 1, 9, 9])).toEqual({ inside: { rows: [0, 3], columns: [3, 7] }, padded: 1 - 20 / 25 });
  });
});

describe("search", () => {
  it("begins at the name, goes on from there and around", () =>
    expect(exactFirst([{ name: "a1" }, { name: "A" }, { name: "ab" }], "a").map(({ name }) => name)).toEqual(["A", "ab", "a1"]));
});

describe("deep links", () => {
  it.each([
    ["#pool/0,1,2", "pool", [0, 0, 1, 2]],
    ["#pool/0,0,1,2", "pool", [0, 0, 1, 2]],
    ["#pool/0,9,9", "pool", null],
    ["#a/1", "a/1", null],
    ["#a/1/0,4,4", "a/1", [0, 0, 4, 4]],
  ])("%s", (hash, name, at) => expect(fromHash(net, hash)).toMatchObject({ layer: { name }, at }));
  it("are written so that they are read again", () => {
    for (const each of net.layers) expect(fromHash(net, toHash(each, [0, 0, 0, 0]))).toEqual({ layer: each, at: [0, 0, 0, 0], problem: null });
    expect(fromHash(net, "")).toEqual({ layer: null, at: null, problem: null });
  });
  it.each([
    ["#pol", null, 'no layer "pol"', ["pool"]],
    ["#pol/0,1,2", null, 'no layer "pol"', ["pool"]],
    ["#zzzzzzzzzzzz", null, "no layer", []],
    ["#%E0%A4", null, "no layer", []],
    ["#pool/0,9,9", "pool", "b is 1 × 1 × 3 × 3, so that number 2 goes from 0 to 2", []],
    ["#pool/x,1", "pool", "whole numbers with commas between them, and b is 1 × 1 × 3 × 3", []],
    ["#pool/1", "pool", "takes 4 numbers, or 3 where the first is 0", []],
    ["#a/1/0,4,5", "a/1", "number 3 goes from 0 to 4", []],
  ])("%s says what is wrong", (hash, name, text, near) => {
    const { layer, at, problem } = fromHash(net, hash);
    expect([layer?.name ?? null, at]).toEqual([name, null]);
    expect(problem?.text).toContain(text);
    expect(problem?.near.map((each) => each.name)).toEqual(near);
  });
});
