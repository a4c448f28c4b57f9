/**
 * Copies a model's protobuf bytes without its weights: each large tensor is left where it is, and a reference to its place is written
 * in its stead, in ONNX's own form for external data with an empty file name. What remains is some kilobytes, quick to decode.
 *
 * Wire format: protobuf.dev/programming-guides/encoding. Field numbers: schema/onnx.proto.
 */
import { fail } from '../../errors.js';
import type { ByteSource } from './source.js';

type Kind = 'model' | 'graph' | 'node' | 'attribute' | 'tensor';

/** The messages on the way from a model to its weights. Subgraphs and functions are copied whole. */
const children: Record<Kind, Readonly<Record<number, Kind>>> = {
  model: { 7: 'graph' },
  graph: { 1: 'node', 5: 'tensor' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor' },
  tensor: {},
};

const TENSOR_DATA = new Set([4 /* float_data */, 9 /* raw_data */, 10 /* double_data */]);
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
const VARINT = 0;
const BYTES = 2;

/** Tensors smaller than this stay inline. */
const LARGE = 1024;
const WINDOW = 1 << 16;

/** @throws UserError if the bytes are no protobuf or end too early */
export function skim(source: ByteSource): Uint8Array {
  const pieces = skimMessage(new Cursor(source), 'model', source.size);
  return join(pieces);
}

function skimMessage(cursor: Cursor, kind: Kind, end: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  // Behind all else: of a field that is there twice the last counts, and some files say outright that data is not external.
  const last: Uint8Array[] = [];
  let copied = cursor.at;
  const copyUpTo = (to: number) => {
    if (to > copied) pieces.push(cursor.source.read(copied, to - copied).slice());
  };
  while (cursor.at < end) {
    const start = cursor.at;
    const tag = cursor.varint();
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    const length = wire === BYTES ? cursor.varint() : cursor.fixedLength(wire);
    const body = cursor.at;
    const next = body + length;
    if (field === 0 || next > end) cursor.malformed(next > end ? next : undefined);
    const child = wire === BYTES ? children[kind][field] : undefined;
    if (child) {
      copyUpTo(start);
      const inner = skimMessage(cursor, child, next);
      for (const piece of delimited(field, inner)) pieces.push(piece);
      copied = next;
    } else if (kind === 'tensor' && wire === BYTES && TENSOR_DATA.has(field) && length >= LARGE) {
      copyUpTo(start);
      last.push(...reference(body, length));
      copied = next;
    }
    cursor.at = next;
  }
  copyUpTo(end);
  return [...pieces, ...last];
}

/** external_data entries for the place, and data_location = EXTERNAL. */
function reference(offset: number, length: number): Uint8Array[] {
  const entry = (key: string, value: string) => {
    const text = (field: number, string: string) => delimited(field, [new TextEncoder().encode(string)]);
    return delimited(EXTERNAL_DATA, [...text(1, key), ...text(2, value)]);
  };
  return [
    ...entry('location', ''),
    ...entry('offset', String(offset)),
    ...entry('length', String(length)),
    Uint8Array.from([DATA_LOCATION * 8 + VARINT, 1]),
  ];
}

function delimited(field: number, pieces: readonly Uint8Array[]): Uint8Array[] {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return [Uint8Array.from([...varint(field * 8 + BYTES), ...varint(length)]), ...pieces];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Reads numbers through a window on the source. */
class Cursor {
  readonly source: ByteSource;
  at = 0;
  #window: Uint8Array = new Uint8Array();
  #windowStart = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 70; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return this.malformed();
  }

  /** Bytes of a field that is not length-delimited. */
  fixedLength(wire: number): number {
    if (wire === VARINT) {
      const start = this.at;
      this.varint();
      const length = this.at - start;
      this.at = start;
      return length;
    }
    return wire === 1 ? 8 : wire === 5 ? 4 : this.malformed();
  }

  malformed(needed?: number): never {
    const { name, size } = this.source;
    if (needed !== undefined && needed > size && this.at > 1) {
      fail(`${name} is truncated or no ONNX model: it has ${size} bytes, and a field at byte ${this.at} would end at ${needed}`);
    }
    return fail(`${name} is not an ONNX model: byte ${this.at} is no protobuf field`);
  }

  #byte(): number {
    if (this.at >= this.source.size) this.malformed(this.at + 1);
    let offset = this.at - this.#windowStart;
    if (offset < 0 || offset >= this.#window.length) {
      this.#windowStart = this.at;
      this.#window = this.source.read(this.at, Math.min(WINDOW, this.source.size - this.at));
      offset = 0;
    }
    this.at++;
    return this.#window[offset]!;
  }
}
