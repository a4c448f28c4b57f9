/** NumPy's .npy format: header and bytes, little endian, C order. Format description: numpy.lib.format. */
import { fail } from '../errors.js';
import { elementCount, type NdArray, type NumericArray } from './tensor.js';

const arrays = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '|i1': Int8Array,
  '|u1': Uint8Array,
  '<i2': Int16Array,
  '<u2': Uint16Array,
  '<i4': Int32Array,
  '<u4': Uint32Array,
  '<i8': BigInt64Array,
  '<u8': BigUint64Array,
  '|b1': Uint8Array,
} as const;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads a .npy file.
 * @param name what to call the file in messages
 * @throws UserError if it is no .npy file, is shorter than its header says, or holds a dtype that is not numeric
 */
export function decodeNpy(bytes: Uint8Array, name = 'array'): NdArray {
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte))
    fail(`${name} is not a .npy file: its first bytes are not NumPy's`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! >= 2;
  if (wide && bytes.length < 12) fail(`${name} is a truncated .npy file: it ends inside its header`);
  const headerStart = wide ? 12 : 10;
  const headerLength = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const bodyStart = headerStart + headerLength;
  if (bytes.length < bodyStart) fail(`${name} is a truncated .npy file: it ends inside its header`);
  const header = new TextDecoder('latin1').decode(bytes.subarray(headerStart, bodyStart));
  const dtype =
    /'descr':\s*'([^']+)'/.exec(header)?.[1] ??
    fail(`${name}: the .npy header has no plain dtype (structured arrays are not read)`);
  const dims = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? fail(`${name}: the .npy header has no shape`);
  const shape = dims
    .split(',')
    .map((dim) => dim.trim())
    .filter(Boolean)
    .map(Number);
  const ArrayType = arrays[dtype as keyof typeof arrays] ?? fail(`${name}: dtype ${dtype} is not read; save it as float32`);
  const count = elementCount(shape);
  const needed = count * ArrayType.BYTES_PER_ELEMENT;
  if (bytes.length - bodyStart < needed) {
    fail(
      `${name} is a truncated .npy file: shape [${shape}] of ${dtype} needs ${needed} bytes, ${bytes.length - bodyStart} are there`,
    );
  }
  // A copy, since typed arrays need aligned bytes. (slice would not copy if this is a Buffer.)
  const data = new ArrayType(Uint8Array.from(bytes.subarray(bodyStart, bodyStart + needed)).buffer) as NumericArray;
  const fortran = /'fortran_order':\s*True/.test(header);
  return { shape, data: fortran ? toRowMajor(data, shape) : data };
}

/** Writes a float32 .npy file, version 1.0. */
export function encodeNpy({ shape, data }: NdArray<Float32Array>): Uint8Array {
  const header = npyHeader('<f4', shape);
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return bytes;
}

/** What comes before the numbers, little endian and in C order, of a .npy file, version 1.0. */
export function npyHeader(dtype: keyof typeof arrays, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(padded).fill(0x20);
  bytes.set([...MAGIC, 1, 0, (padded - 10) & 0xff, (padded - 10) >> 8]);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[padded - 1] = 0x0a;
  return bytes;
}

function toRowMajor(data: NumericArray, shape: readonly number[]): NumericArray {
  const out = data.slice();
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < data.length; i++) {
    let offset = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) offset = offset * shape[axis]! + index[axis]!;
    out[i] = data[offset] as never;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return out;
}
