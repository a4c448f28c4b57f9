/** Reads the tests that oracles/onnx/node_tests.py wrote, and compares results. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';

/** Types that onnxruntime-node takes, and the arrays that it takes them in. */
const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

/** A function that opens a test by its name. */
export async function opener(folder, library, ort) {
  const { TensorProtoSchema, ModelProtoSchema } = await library('onnx/generated/onnx_pb.js');
  const { decodeTensor } = await library('onnx/codec/tensors.js');

  const read = (path) => {
    const files = { model: { name: path, size: 0, read: () => new Uint8Array() }, open: () => undefined };
    const { dtype, shape, bytes, strings } = decodeTensor(
      fromBinary(TensorProtoSchema, new Uint8Array(readFileSync(path))),
      files,
    );
    if (dtype === 'string')
      return new ort.Tensor(
        'string',
        strings.map((each) => new TextDecoder().decode(each)),
        shape,
      );
    const Type = arrays[dtype];
    if (!Type) return `a ${dtype} tensor`;
    const copy = bytes().slice();
    return new ort.Tensor(dtype, new Type(copy.buffer, 0, copy.length / Type.BYTES_PER_ELEMENT), shape);
  };

  /** Arrays by name, or why there are none. */
  const readAll = (path, values, prefix) => {
    const found = {};
    for (const [i, { name }] of values.entries()) {
      if (existsSync(join(path, `${prefix}_${i}.other`))) return 'a sequence, an optional, or a type without an array';
      const file = join(path, `${prefix}_${i}.pb`);
      if (!existsSync(file)) return undefined;
      try {
        found[name] = read(file);
      } catch {
        return 'a sequence, an optional, or a type without an array';
      }
      if (typeof found[name] === 'string') return found[name];
    }
    return found;
  };

  /** Light models bring no data: noise, seeded. */
  const noise = (values) => {
    let state = 1;
    const random = () => {
      state = (state * 16807) % 2147483647;
      return state / 2147483647 - 0.5;
    };
    return Object.fromEntries(
      values.map(({ name, type }) => {
        const shape = type.value.value.shape.dim.map(({ value }) => (value.case === 'dimValue' ? Number(value.value) : 1));
        const count = shape.reduce((product, size) => product * size, 1);
        return [name, new ort.Tensor('float32', Float32Array.from({ length: count }, random), shape)];
      }),
    );
  };

  return (name) => {
    const path = join(folder, name);
    const bytes = new Uint8Array(readFileSync(join(path, 'model.onnx')));
    const graph = () => fromBinary(ModelProtoSchema, bytes).graph;
    const inputs = () => {
      const { input, initializer } = graph();
      const constants = new Set(initializer.map((each) => each.name));
      return input.filter((each) => !constants.has(each.name));
    };
    return {
      bytes,
      feeds: () => readAll(path, inputs(), 'input') ?? (name.startsWith('light/') ? noise(inputs()) : 'no data'),
      expected: () => {
        const found = readAll(path, graph().output, 'output');
        return typeof found === 'object' ? found : undefined;
      },
      /** For the plain form, which takes float32. */
      floatFeeds: (feeds) =>
        Object.fromEntries(
          Object.entries(feeds).map(([key, value]) => [
            key,
            value.type === 'float16' || value.type === 'float64'
              ? new ort.Tensor('float32', Float32Array.from(plainOf(value)), value.dims)
              : value,
          ]),
        ),
    };
  };
}

export function plainOf({ type, data }) {
  if (type === 'float16' && data instanceof Uint16Array) return Array.from(data, fromHalf);
  return Array.from(data, (value) => (typeof value === 'bigint' ? Number(value) : value));
}

function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14);
}

/** "same", or the first thing that differs. */
export function same(before, after, tolerance) {
  for (const [name, wanted] of Object.entries(before)) {
    const got = after[name];
    if (!got) return `output "${name}" is gone`;
    if (!Array.isArray(wanted.dims) || !Array.isArray(got.dims)) continue;
    if (String(wanted.dims) !== String(got.dims)) return `output "${name}" is [${got.dims}], not [${wanted.dims}]`;
    if (wanted.type === 'string') {
      if (String(wanted.data) !== String(got.data)) return `output "${name}" has other strings`;
      continue;
    }
    const [a, b] = [plainOf(wanted), plainOf(got)];
    const slack = wanted.type === 'float16' ? Math.max(tolerance, 2e-3) : tolerance;
    const scale = a.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1e-3);
    for (let i = 0; i < a.length; i++) {
      if (Object.is(a[i], b[i]) || a[i] === b[i] || (Number.isNaN(a[i]) && Number.isNaN(b[i]))) continue;
      if (!(Math.abs(a[i] - b[i]) <= slack * Math.max(Math.abs(a[i]), 0.1 * scale)))
        return `output "${name}"[${i}] is ${b[i]}, not ${a[i]}`;
    }
  }
  return 'same';
}
