/** Bytes that can be read in pieces, so that a model's weights need not be loaded to look at its graph. */

export interface ByteSource {
  /** How messages call it: a file's name. */
  readonly name: string;
  readonly size: number;
  /** `length` bytes from `offset`; the caller keeps within `size`. */
  readonly read: (offset: number, length: number) => Uint8Array;
}

/** Bytes in memory; reading gives views, not copies. */
export function memorySource(bytes: Uint8Array, name = 'model'): ByteSource {
  return { name, size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}
