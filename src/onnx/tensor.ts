/** Constants of a model: typed bytes that stay where they are, in the model's file, until somebody reads them. */
import { fail } from '../errors.js';
import { elementCount, type NumericArray } from '../tensor/tensor.js';

/** ONNX element types, in the order of their numbers in TensorProto.DataType (1 is float32). */
export const dtypes = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
  'float8e8m0',
  'uint2',
  'int2',
] as const;

export type DType = (typeof dtypes)[number];

/** Where a tensor's bytes lie: in `file` beside the model ('' is the model's own file), from `offset`, `length` bytes. */
export interface Location {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** A constant tensor. Little endian, row-major; 4-bit types hold two elements a byte, low half first. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The raw bytes: a view where the file is in memory, read from disk where it is not. Strings have none. */
  readonly bytes: () => Uint8Array;
  readonly strings?: readonly Uint8Array[];
  /** Set where the bytes also lie in a file, so that a graph can refer to them instead of carrying them. */
  readonly location?: Location;
}

const bits: Partial<Record<DType, number>> = {
  float32: 32,
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  int32: 32,
  int64: 64,
  bool: 8,
  float16: 16,
  float64: 64,
  uint32: 32,
  uint64: 64,
  complex64: 64,
  complex128: 128,
  bfloat16: 16,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  uint4: 4,
  int4: 4,
  float4e2m1: 4,
  float8e8m0: 8,
  uint2: 2,
  int2: 2,
};

/** Bytes that a tensor of this type and number of elements takes. */
export function byteLength(dtype: DType, count: number): number {
  return Math.ceil(((bits[dtype] ?? fail(`${dtype} tensors have no fixed size`)) * count) / 8);
}

export const isFloat = (dtype: DType | undefined): boolean =>
  dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16';

export const isInteger = (dtype: DType | undefined): boolean => dtype !== undefined && /^u?int\d+$/.test(dtype);

/** A float32 tensor from numbers. */
export function floats(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Tensor {
  return fromArray('float32', Float32Array.from(values), shape);
}

/** An int64 tensor from numbers. */
export function ints(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
  return fromArray('int64', BigInt64Array.from(values, toInt64), shape);
}

const largest = 2n ** 63n - 1n;

/** A number as int64. The largest one, "to the end" for exporters, is 2^63 as a number, which would wrap around. */
export function toInt64(value: number): bigint {
  const whole = BigInt(value);
  return whole > largest ? largest : whole;
}

/** A tensor that views a typed array. */
export function fromArray(dtype: DType, data: NumericArray, shape: readonly number[]): Tensor {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { dtype, shape, bytes: () => bytes };
}

/** A tensor of the given type that holds these numbers. */
export function numbers(dtype: DType, values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
  switch (dtype) {
    case 'float32':
      return floats(values, shape);
    case 'float64':
      return fromArray(dtype, Float64Array.from(values), shape);
    case 'float16':
      return fromArray(dtype, Uint16Array.from(values, toHalf), shape);
    case 'bfloat16':
      return fromArray(dtype, Uint16Array.from(values, toBfloat), shape);
    case 'int64':
      return ints(values, shape);
    case 'uint64':
      return fromArray(dtype, BigUint64Array.from(values, BigInt), shape);
    case 'int32':
      return fromArray(dtype, Int32Array.from(values), shape);
    case 'uint32':
      return fromArray(dtype, Uint32Array.from(values), shape);
    case 'int16':
      return fromArray(dtype, Int16Array.from(values), shape);
    case 'uint16':
      return fromArray(dtype, Uint16Array.from(values), shape);
    case 'int8':
      return fromArray(dtype, Int8Array.from(values), shape);
    case 'uint8':
    case 'bool':
      return fromArray(dtype, Uint8Array.from(values), shape);
    default:
      return fail(`a constant of type ${dtype} cannot be made from numbers`);
  }
}

/** The elements as plain numbers; 64-bit integers beyond 2^53 lose their last bits. */
export function toNumbers(tensor: Tensor): number[] {
  const count = elementCount(tensor.shape);
  const bytes = tensor.bytes();
  if (bytes.length < byteLength(tensor.dtype, count)) {
    fail(`a constant of shape [${tensor.shape}] and type ${tensor.dtype} holds only ${bytes.length} bytes`);
  }
  const read = reader(tensor.dtype, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return Array.from({ length: count }, (_, i) => read(i));
}

function reader(dtype: DType, view: DataView): (i: number) => number {
  switch (dtype) {
    case 'float32':
      return (i) => view.getFloat32(4 * i, true);
    case 'float64':
      return (i) => view.getFloat64(8 * i, true);
    case 'float16':
      return (i) => fromHalf(view.getUint16(2 * i, true));
    case 'bfloat16':
      return (i) => fromBfloat(view.getUint16(2 * i, true));
    case 'int64':
      return (i) => Number(view.getBigInt64(8 * i, true));
    case 'uint64':
      return (i) => Number(view.getBigUint64(8 * i, true));
    case 'int32':
      return (i) => view.getInt32(4 * i, true);
    case 'uint32':
      return (i) => view.getUint32(4 * i, true);
    case 'int16':
      return (i) => view.getInt16(2 * i, true);
    case 'uint16':
      return (i) => view.getUint16(2 * i, true);
    case 'int8':
      return (i) => view.getInt8(i);
    case 'uint8':
    case 'bool':
      return (i) => view.getUint8(i);
    case 'uint4':
    case 'uint2':
      return (i) => packed(view, i, bits[dtype]!);
    case 'int4':
    case 'int2':
      return (i) => {
        const unsigned = packed(view, i, bits[dtype]!);
        return unsigned >> (bits[dtype]! - 1) ? unsigned - (1 << bits[dtype]!) : unsigned;
      };
    default:
      return fail(`constants of type ${dtype} are not read as numbers`);
  }
}

/** An element narrower than a byte: the first one is in the lowest bits. */
function packed(view: DataView, i: number, width: number): number {
  const perByte = 8 / width;
  return (view.getUint8(Math.floor(i / perByte)) >> (width * (i % perByte))) & ((1 << width) - 1);
}

const scratch = new DataView(new ArrayBuffer(4));

function fromBfloat(half: number): number {
  scratch.setUint32(0, half << 16);
  return scratch.getFloat32(0);
}

function toBfloat(value: number): number {
  scratch.setFloat32(0, value);
  const word = scratch.getUint32(0);
  if (Number.isNaN(value)) return 0x7fc0;
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

/** IEEE half precision to a number. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A number to IEEE half precision, rounding to nearest even. */
export function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude || 2 ** -14)));
  const scaled = magnitude / 2 ** (exponent - 10);
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // A carry out of the fraction runs into the exponent, as it should; subnormals have no implicit one.
  return sign | (exponent === -14 && rounded < 1024 ? rounded : ((exponent + 15) << 10) + rounded - 1024);
}
