import { describe, expect, it } from 'vitest';
import { decodeNpy, encodeNpy } from './npy.js';

/** numpy.save(np.array([[1, 2, 3], [4, 5, 6]], dtype)) by hand: magic, version 1.0, header, data. */
function saved(descr: string, shape: string, data: ArrayBufferView, { fortran = false } = {}): Uint8Array {
  const fields = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`;
  const header = `${fields.padEnd(117)}\n`;
  const body = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Uint8Array.from([
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    1,
    0,
    118,
    0,
    ...new TextEncoder().encode(header),
    ...body,
  ]);
}

describe('npy', () => {
  it.each([
    ['<f4', Float32Array.of(1, 2, 3, 4, 5, 6)],
    ['<f8', Float64Array.of(1, 2, 3, 4, 5, 6)],
    ['|u1', Uint8Array.of(1, 2, 3, 4, 5, 6)],
    ['<i8', BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n)],
  ])('reads %s', (descr, data) => {
    expect(decodeNpy(saved(descr, '(2, 3)', data))).toEqual({ shape: [2, 3], data });
  });

  it('reads a scalar, a vector and Fortran order', () => {
    expect(decodeNpy(saved('<f4', '()', Float32Array.of(7)))).toEqual({ shape: [], data: Float32Array.of(7) });
    expect(decodeNpy(saved('<f4', '(2,)', Float32Array.of(7, 8))).shape).toEqual([2]);
    const columns = decodeNpy(saved('<f4', '(2, 3)', Float32Array.of(1, 4, 2, 5, 3, 6), { fortran: true }));
    expect([...(columns.data as Float32Array)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('reads a view into a larger buffer, as Node makes for small files', () => {
    const bytes = saved('<f4', '(2,)', Float32Array.of(7, 8));
    const pool = Buffer.alloc(bytes.length + 5);
    pool.set(bytes, 5);
    expect(decodeNpy(pool.subarray(5)).data).toEqual(Float32Array.of(7, 8));
  });

  it('writes what it reads, with the data aligned to 64 bytes', () => {
    const array = { shape: [2, 1, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-30, 1e30) };
    const bytes = encodeNpy(array);
    expect((bytes.length - array.data.byteLength) % 64).toBe(0);
    expect(decodeNpy(bytes)).toEqual(array);
  });

  it.each([
    ['no npy file', new TextEncoder().encode('hello, world'), /x\.npy is not a \.npy file/],
    ['half a header', saved('<f4', '(2,)', Float32Array.of(7, 8)).subarray(0, 40), /x\.npy is a truncated \.npy file/],
    ['missing data', saved('<f4', '(3,)', Float32Array.of(7, 8)), /shape \[3\] of <f4 needs 12 bytes, 8 are there/],
    ['complex numbers', saved('<c8', '(1,)', Float32Array.of(7, 8)), /dtype <c8/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeNpy(bytes, 'x.npy')).toThrow(message);
  });
});
