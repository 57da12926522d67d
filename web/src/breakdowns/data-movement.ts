// Layers that only move values: the place where the value came from.

import { placeOf, valueAt } from "../arrays";
import { canonical } from "../rules";
import type { Rule } from "../types";
import { bottom, called, n, NoBreakdown, plain, summed, type Draft, type Query } from "./terms";

export function moved(rule: Rule, query: Query, at: number[]): Draft {
  const from = origin(rule, query, at);
  const value = valueAt(bottom(query, from.bottom), from.at);
  const name = called(query, from.bottom);
  const group = summed(name, from.bottom, from.at[1] ?? null, [plain(from.at, value)], []);
  const text = `${name}[${from.at.join(", ")}], unchanged`;
  return { formula: "the value does not change", join: "none", groups: [group], steps: [{ text, value }], size: Math.abs(value) };
}

function origin(rule: Rule, query: Query, at: number[]): { bottom: number; at: number[] } {
  switch (rule.kind) {
    case "like":
      return { bottom: 0, at };
    case "concat": {
      const axis = canonical(rule.axis, query.shape);
      let i = n(at, axis);
      for (let index = 0; index < query.bottoms.length; index++) {
        const length = n(bottom(query, index).shape, axis);
        if (i < length) return { bottom: index, at: at.with(axis, i) };
        i -= length;
      }
      break;
    }
    case "slice": {
      const x = bottom(query);
      const axis = canonical(rule.axis, x.shape);
      const even = (n(x.shape, axis) / query.layer.tops.length) * query.which;
      const start = query.which === 0 ? 0 : (rule.slice_point[query.which - 1] ?? even);
      return { bottom: 0, at: at.with(axis, n(at, axis) + start) };
    }
    case "flatten":
    case "reshape": {
      const index = query.shape.reduce((offset, size, axis) => offset * size + n(at, axis), 0);
      return { bottom: 0, at: placeOf(bottom(query).shape, index) };
    }
    case "permute": {
      const shape = bottom(query).shape;
      const axes = [...rule.order, ...shape.map((_, axis) => axis).filter((axis) => !rule.order.includes(axis))];
      return { bottom: 0, at: shape.map((_, axis) => n(at, axes.indexOf(axis))) };
    }
    case "crop": {
      const start = canonical(rule.axis, bottom(query).shape);
      return { bottom: 0, at: at.map((i, axis) => (axis < start ? i : i + (rule.offset[rule.offset.length > 1 ? axis - start : 0] ?? 0))) };
    }
    case "shuffle": {
      const each = n(query.shape, 1) / rule.group;
      const c = (n(at, 1) % rule.group) * each + Math.floor(n(at, 1) / rule.group);
      return { bottom: 0, at: at.with(1, c).slice(0, bottom(query).shape.length) };
    }
    case "upsample":
      return { bottom: 0, at: at.map((i, axis) => (axis < 2 ? i : Math.floor(i / rule.scale))) };
    case "input":
      throw new NoBreakdown("an input of the net: its values are given, not computed");
  }
  throw new NoBreakdown(`the page does not compute the values of ${query.layer.type}`);
}
