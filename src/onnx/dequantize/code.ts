/** Codes: how integers stand for real numbers, real = scale (integer - zero). */
import { fail } from '../../errors.js';
import { type Builder, sameShape } from '../builder.js';
import type { Value } from '../graph.js';
import { numberOf } from '../infer/content.js';
import { type DType, isFloat } from '../tensor.js';

export interface Code {
  readonly scale: Value;
  /** Of the integers' type; 0 where there is none. */
  readonly zero: Value | undefined;
  readonly dtype: DType;
  /** The axis along which scale and zero are vectors, or blocks. */
  readonly axis?: number;
  /** How many integers along the axis share a scale, where these are neither one nor all. */
  readonly block?: number;
}

/** How many steps integers are from zero, by plain arithmetic: of constants, ONNX Runtime then computes it once. */
export function stepsOf(b: Builder, integers: Value, code: Code): Value {
  const dtype = isFloat(code.scale.dtype) ? code.scale.dtype! : 'float32';
  const whole = b.cast(integers, dtype);
  return code.zero && numberOf(code.zero) !== 0 ? b.sub(whole, along(b, b.cast(code.zero, dtype), integers, code)) : whole;
}

/** Steps as the real numbers they stand for. */
export function realOf(b: Builder, steps: Value, code: Code): Value {
  return numberOf(code.scale) === 1 ? steps : b.mul(steps, along(b, b.cast(code.scale, steps.dtype ?? 'float32'), steps, code));
}

/** Scale or zero, in a shape that broadcasts against the integers along the code's axis. */
function along(b: Builder, parameter: Value, integers: Value, { axis, block }: Code): Value {
  if (!parameter.rank || (parameter.rank === 1 && parameter.shape![0] === 1) || axis === undefined) return parameter;
  const { rank, shape } = integers;
  if (!rank) return fail(`the rank of "${integers.name}" is unknown, so its scales cannot be laid along an axis`);
  const at = axis < 0 ? axis + rank : axis;
  if (!block) return parameter.rank === 1 ? b.reshape(parameter, [-1, ...Array<number>(rank - 1 - at).fill(1)]) : parameter;
  // Each scale as often as its block is long; the last block may be shorter.
  const sizes = parameter.shape as readonly number[];
  const times = Array.from({ length: rank + 1 }, (_, i) => (i === at + 1 ? block : 1));
  const each = b.op('Expand', [b.unsqueeze(parameter, [at + 1]), b.ints(times)]);
  const flat = b.reshape(each, sizes.with(at, sizes[at]! * block));
  const wanted = shape![at];
  return wanted === sizes[at]! * block ? flat : b.slice(flat, { starts: [0], ends: [wanted as number], axes: [at] });
}

const ranges: { readonly [type in DType]?: readonly [number, number] } = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int4: [-8, 7],
  uint4: [0, 15],
  int2: [-2, 1],
  uint2: [0, 3],
};

/** Metadata of nodes whose gradient is that of the identity. */
export const straightThrough = { 'sightline.gradient': 'straight-through' } as const;

/** Real numbers as steps: see {@link rounded}. */
export const quantized = (b: Builder, real: Value, code: Code): Value =>
  rounded(b, b.div(real, along(b, code.scale, real, code)), code);

/**
 * Steps as the integers leave them: clipped, which is where activations fused into a quantised operator are, and rounded. The clipping
 * has its gradient, and goes straight through the rounding. Written without QuantizeLinear: between it and DequantizeLinear ONNX
 * Runtime quantises weights anew, one scale for all channels. A bound that is not 0 lies half a step out, at the last number that is
 * rounded inwards: an input at its largest value keeps its gradient.
 */
export function rounded(b: Builder, steps: Value, { zero, dtype, axis, scale }: Code): Value {
  const range = ranges[dtype];
  const origin = zero ? numberOf(zero) : 0;
  if (!range) return wholeNumbers(b, steps);
  if (origin !== undefined) {
    const [low, high] = range.map((end) => end - origin + REACH * Math.sign(end - origin));
    return wholeNumbers(b, b.op('Clip', [steps, b.scalar(low!, steps.dtype), b.scalar(high!, steps.dtype)]));
  }
  const code = { scale, zero, dtype, ...(axis !== undefined && { axis }) };
  const origins = along(b, b.cast(zero!, steps.dtype ?? 'float32'), steps, code);
  return wholeNumbers(b, b.max(b.min(steps, b.sub(range[1], origins)), b.sub(range[0], origins)));
}

/** Rounded, with the gradient of the identity. */
export const wholeNumbers = (b: Builder, x: Value): Value => b.within(straightThrough, () => b.op('Round', [x]));

/** How far out: just so far that nothing is rounded beyond the range. */
const REACH = 0.499;

/** Whether two codes mean the same. */
export function sameCode(a: Code, c: Code): boolean {
  return same(a.scale, c.scale) && same(a.zero, c.zero) && (numberOf(a.scale) !== undefined || a.axis === c.axis);
}

export const sameZero = (a: Code, c: Code): boolean => same(a.zero, c.zero);

/** Zeros may be of other types, or left out. */
function same(a: Value | undefined, c: Value | undefined): boolean {
  if (a === c) return true;
  const [p, q] = [a ? numberOf(a) : 0, c ? numberOf(c) : 0];
  if (p !== undefined && q !== undefined) return p === q;
  return !!a?.tensor && !!c?.tensor && sameShape(a.shape, c.shape) && String(a.tensor.bytes()) === String(c.tensor.bytes());
}
