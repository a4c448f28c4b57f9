/** Products with weights of a few bits, packed into bytes. */
import type { Builder } from '../builder.js';
import type { Value } from '../graph.js';
import type { Call, Lowering, Lowerings } from './lowering.js';

/** Bytes as numbers, the two halves of each one after the other: [..., n] to [..., 2 n]. */
function halves(b: Builder, bytes: Value): Value {
  const whole = b.cast(bytes, 'float32');
  const high = b.op('Floor', [b.mul(whole, 1 / 16)]);
  const low = b.sub(whole, b.mul(high, 16));
  const last = bytes.rank!;
  const pairs = b.concat([b.unsqueeze(low, [last]), b.unsqueeze(high, [last])], last);
  const sizes = bytes.shape as readonly number[];
  return b.reshape(pairs, [...sizes.slice(0, -1), 2 * sizes.at(-1)!]);
}

const numbersIn = (b: Builder, bytes: Value, bits: number): Value => (bits === 4 ? halves(b, bytes) : b.cast(bytes, 'float32'));

/** Zeros are packed like weights, or are of the type of the scales; without them the middle of the range. */
function zerosOf({ b, inputs }: Call, bits: number, columns: number, blocks: number): Value {
  const zeros = inputs[3];
  if (!zeros) return b.scalar(2 ** (bits - 1));
  if (zeros.dtype !== 'uint8') return b.reshape(zeros, [columns, blocks, 1]);
  const unpacked = numbersIn(b, b.reshape(zeros, [columns, Math.ceil((blocks * bits) / 8)]), bits);
  return b.unsqueeze(b.slice(unpacked, { starts: [0], ends: [blocks], axes: [1] }), [2]);
}

/** B is [columns, blocks, bytes]; each block of `block_size` weights along K has a scale. */
const matMulNBits: Lowering = (call) => {
  const { b, node, inputs, x } = call;
  const [, packed, scales, , order, bias] = inputs;
  const [bits, rows, columns, size] = [node.int('bits', 4), node.int('K'), node.int('N'), node.int('block_size')];
  if ((bits !== 4 && bits !== 8) || order || !packed?.tensor) return undefined;
  const blocks = Math.ceil(rows / size);
  const shifted = b.sub(numbersIn(b, packed, bits), zerosOf(call, bits, columns, blocks));
  const weights = b.mul(shifted, b.reshape(scales!, [columns, blocks, 1]));
  const flat = b.reshape(weights, [columns, blocks * size]);
  const used = blocks * size === rows ? flat : b.slice(flat, { starts: [0], ends: [rows], axes: [1] });
  const y = b.matMul(x, b.transpose(used, [1, 0]));
  return [bias ? b.add(y, bias) : y];
};

export const packed = { 'com.microsoft.MatMulNBits': matMulNBits } satisfies Lowerings;
