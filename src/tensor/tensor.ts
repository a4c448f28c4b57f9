/** A dense array in row-major order: what goes into and comes out of a model. */

export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

export interface NdArray<T extends NumericArray = NumericArray> {
  readonly shape: readonly number[];
  readonly data: T;
}

/** A float32 array, the kind that every attribution has. */
export type FloatArray = NdArray<Float32Array>;

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** The step in elements of each axis of a row-major array. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** Index of the first element that is NaN or infinite; -1 if there is none. A plain loop: it runs on every input and attribution. */
export function firstNonFinite(data: Float32Array): number {
  for (let i = 0; i < data.length; i++) if (!(Math.abs(data[i]!) < Number.POSITIVE_INFINITY)) return i;
  return -1;
}
