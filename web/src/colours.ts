// Colour maps for values: even steps in OKLab, so that equal differences look equal.

type Lab = readonly [number, number, number];

function toRgb([L, a, b]: Lab): [number, number, number] {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const n = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * n,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * n,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * n,
  ];
  const coded = linear.map((c) => {
    const v = Math.min(Math.max(c, 0), 1);
    return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
  });
  return [coded[0] ?? 0, coded[1] ?? 0, coded[2] ?? 0];
}

const polar = (L: number, chroma: number, degrees: number): Lab => {
  const angle = (degrees * Math.PI) / 180;
  return [L, chroma * Math.cos(angle), chroma * Math.sin(angle)];
};

/** 256 colours through stops that are evenly apart, as packed ABGR. */
function ramp(stops: readonly Lab[]): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const place = (i / 255) * (stops.length - 1);
    const k = Math.min(Math.floor(place), stops.length - 2);
    const [from, to, part] = [stops[k] as Lab, stops[k + 1] as Lab, place - k];
    const [r, g, b] = toRgb([0, 1, 2].map((j) => (from[j] as number) * (1 - part) + (to[j] as number) * part) as unknown as Lab);
    return (255 << 24) | (b << 16) | (g << 8) | r;
  });
}

/** Dark to light, for values that are never negative. */
const RISING = ramp([polar(0.2, 0.05, 280), polar(0.42, 0.11, 255), polar(0.62, 0.12, 200), polar(0.8, 0.14, 140), polar(0.96, 0.09, 105)]);
/** Blue below zero, white at it, orange above. */
const SIGNED = ramp([polar(0.36, 0.14, 262), polar(0.64, 0.13, 250), polar(0.97, 0.005, 90), polar(0.72, 0.15, 58), polar(0.44, 0.15, 35)]);
const NOT_FINITE = (255 << 24) | (255 << 16) | (0 << 8) | 255;

export interface Range {
  low: number;
  high: number;
}

/** The smallest and the largest finite value. */
export function rangeOf(values: Float32Array, from = 0, to = values.length): Range {
  let [low, high] = [Infinity, -Infinity];
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (value < low && value > -Infinity) low = value;
    if (value > high && value < Infinity) high = value;
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}

/** A colour for each value of a range: around zero where it has both signs. */
export class Scale {
  readonly signed: boolean;
  readonly low: number;
  readonly high: number;
  private readonly table: Uint32Array;

  constructor(range: Range) {
    this.signed = range.low < 0 && range.high > 0;
    const reach = Math.max(-range.low, range.high);
    this.low = this.signed ? -reach : range.low;
    this.high = this.signed ? reach : range.high;
    this.table = this.signed ? SIGNED : RISING;
  }

  packed(value: number): number {
    if (!Number.isFinite(value)) return NOT_FINITE;
    const span = this.high - this.low;
    const part = span > 0 ? (value - this.low) / span : 0.5;
    return this.table[Math.min(255, Math.max(0, Math.round(part * 255)))] as number;
  }

  css(value: number): string {
    const c = this.packed(value);
    return `rgb(${c & 255} ${(c >> 8) & 255} ${(c >> 16) & 255})`;
  }

  /** Black or white, whichever is more readable on the value's colour. */
  ink(value: number): string {
    const c = this.packed(value);
    const linear = (v: number): number => ((v & 255) / 255) ** 2.2;
    return 0.2126 * linear(c) + 0.7152 * linear(c >> 8) + 0.0722 * linear(c >> 16) > 0.18 ? "#000" : "#fff";
  }

  gradient(): string {
    const stops = Array.from({ length: 9 }, (_, i) => this.css(this.low + ((this.high - this.low) * i) / 8));
    return `linear-gradient(90deg, ${stops.join(", ")})`;
  }
}
