/** Elements around places between the elements of an axis, and how much each counts: what interpolation is made of. */
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';

export interface Neighbour {
  /** A whole number inside the axis, as a float. */
  readonly index: Value;
  readonly weight: Value;
}

export interface Interpolation {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  /** What stands outside the axis. */
  readonly padding: 'zeros' | 'border' | 'reflection';
  /** Where reflection turns: at the centres of the outermost elements, or at their outer edges. */
  readonly alignCorners: boolean;
}

/** Of Keys' cubic kernel, as PyTorch and ONNX have it. */
const A = -0.75;

/** The elements next to each place along an axis of a known size. */
export function neighbours(b: Builder, place: Value, size: number, interpolation: Interpolation): Neighbour[] {
  return taps(b, place, interpolation.mode).map(({ index, weight }) => {
    if (interpolation.padding === 'reflection')
      return { index: clamped(b, reflected(b, index, size, interpolation.alignCorners), size), weight };
    const inside = clamped(b, index, size);
    return {
      index: inside,
      weight: interpolation.padding === 'border' ? weight : b.mul(weight, b.mask(b.equal(index, inside), place)),
    };
  });
}

function taps(b: Builder, place: Value, mode: Interpolation['mode']): Neighbour[] {
  if (mode === 'nearest') {
    const index = b.op('Round', [place]);
    return [{ index, weight: b.scalar(1, place.dtype) }];
  }
  const first = b.op('Floor', [place]);
  const share = b.sub(place, first);
  const rest = b.sub(1, share);
  const second = b.add(first, 1);
  if (mode === 'linear')
    return [
      { index: first, weight: rest },
      { index: second, weight: share },
    ];
  return [
    { index: b.sub(first, 1), weight: far(b, b.add(share, 1)) },
    { index: first, weight: near(b, share) },
    { index: second, weight: near(b, rest) },
    { index: b.add(first, 2), weight: far(b, b.add(rest, 1)) },
  ];
}

/** ((a + 2) d - (a + 3)) d^2 + 1 up to a distance of 1. */
const near = (b: Builder, d: Value): Value => b.add(b.mul(b.sub(b.mul(d, A + 2), A + 3), b.square(d)), 1);

/** ((a d - 5 a) d + 8 a) d - 4 a from 1 to 2. */
const far = (b: Builder, d: Value): Value => b.sub(b.mul(b.add(b.mul(b.sub(b.mul(d, A), 5 * A), d), 8 * A), d), 4 * A);

const clamped = (b: Builder, place: Value, size: number): Value =>
  b.op('Clip', [place, b.scalar(0, place.dtype), b.scalar(size - 1, place.dtype)]);

/** Folds the line at both ends of the axis, again and again. */
function reflected(b: Builder, place: Value, size: number, alignCorners: boolean): Value {
  const [start, length] = alignCorners ? [0, size - 1] : [-0.5, size];
  if (length === 0) return place;
  const along = b.abs(b.sub(place, start));
  const turns = b.op('Floor', [b.div(along, 2 * length)]);
  const within = b.sub(along, b.mul(turns, 2 * length));
  return b.sub(start + length, b.abs(b.sub(within, length)));
}

/** All combinations of one neighbour along each axis: their index in the flattened axes, their weights multiplied. */
export function corners(b: Builder, axes: readonly (readonly Neighbour[])[], sizes: readonly number[]): readonly Neighbour[] {
  return axes.reduce((before, next, axis) =>
    before.flatMap((one) =>
      next.map((other) => ({
        index: b.add(b.mul(one.index, sizes[axis]!), other.index),
        weight: b.mul(one.weight, other.weight),
      })),
    ),
  );
}

/** Sums over the neighbours of elements [..., channels, elements] at indices [..., 1, places]: [..., channels, places]. */
export function interpolated(b: Builder, flat: Value, around: readonly Neighbour[], channels: number): Value {
  const axis = flat.rank! - 1;
  const copies = b.ints(Array.from({ length: axis + 1 }, (_, i) => (i === axis - 1 ? channels : 1)));
  return around
    .map(({ index, weight }) => {
      const places = b.op('Expand', [b.cast(index, 'int64'), copies]);
      return b.mul(b.op('GatherElements', [flat, places], { axis }), weight);
    })
    .reduce(b.add);
}
