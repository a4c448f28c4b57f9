/** TensorProto to Tensor and back. */
import { create } from '@bufbuild/protobuf';
import { fail } from '../../errors.js';
import { elementCount } from '../../tensor/tensor.js';
import { type SparseTensorProto, type TensorProto, TensorProto_DataLocation, TensorProtoSchema } from '../generated/onnx_pb.js';
import { byteLength, type DType, dtypes, fromArray, type Location, numbers, type Tensor, toNumbers } from '../tensor.js';
import type { ByteSource } from './source.js';

/** The model's own file, and the files beside it that hold weights. */
export interface Files {
  readonly model: ByteSource;
  readonly open: (file: string) => ByteSource;
}

/** The element type that a number in a model stands for. */
export function dtypeOf(number: number): DType | undefined {
  return number === 0 ? undefined : dtypes[number];
}

export function decodeTensor(proto: TensorProto, files: Files): Tensor {
  const dtype =
    dtypeOf(proto.dataType) ?? fail(`${files.model.name}: tensor "${proto.name}" has the unknown element type ${proto.dataType}`);
  const shape = proto.dims.map(Number);
  if (shape.some((dim) => dim < 0)) fail(`${files.model.name}: tensor "${proto.name}" has a negative size, [${shape}]`);
  if (dtype === 'string') return { dtype, shape, strings: proto.stringData, bytes: () => fail(`"${proto.name}" holds strings`) };
  const needed = byteLength(dtype, elementCount(shape));
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL) return referred(proto, { dtype, shape }, needed, files);
  const bytes = inlineBytes(proto, dtype);
  if (bytes.length !== needed) {
    fail(
      `${files.model.name}: tensor "${proto.name}" of shape [${shape}] and type ${dtype} takes ${needed} bytes, and has ${bytes.length}`,
    );
  }
  return { dtype, shape, bytes: () => bytes };
}

function referred(proto: TensorProto, type: Pick<Tensor, 'dtype' | 'shape'>, needed: number, files: Files): Tensor {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? needed);
  const location: Location = { file: entries.get('location') ?? '', offset, length };
  if (length !== needed || !Number.isSafeInteger(offset) || offset < 0) {
    fail(
      `${files.model.name}: tensor "${proto.name}" of shape [${type.shape}] and type ${type.dtype} takes ${needed} bytes, and refers to ${length} at ${offset}`,
    );
  }
  const source = location.file === '' ? files.model : files.open(location.file);
  if (offset + length > source.size) {
    fail(
      `${source.name} is truncated: tensor "${proto.name}" would end at byte ${offset + length}, and the file at ${source.size}`,
    );
  }
  return { ...type, location, bytes: () => source.read(offset, length) };
}

/** Bytes from raw_data or from the typed field that holds this element type. */
function inlineBytes(proto: TensorProto, dtype: DType): Uint8Array {
  if (proto.rawData.length > 0) return proto.rawData;
  const typed = {
    floatData: () => fromArray(dtype, Float32Array.from(proto.floatData), []),
    doubleData: () => fromArray(dtype, Float64Array.from(proto.doubleData), []),
    int64Data: () => fromArray(dtype, BigInt64Array.from(proto.int64Data), []),
    uint64Data: () =>
      dtype === 'uint32'
        ? fromArray(dtype, Uint32Array.from(proto.uint64Data, Number), [])
        : fromArray(dtype, BigUint64Array.from(proto.uint64Data), []),
    int32Data: () => fromArray(dtype, narrow(proto.int32Data, dtype), []),
  } as const;
  for (const field of Object.keys(typed) as (keyof typeof typed)[]) if (proto[field].length > 0) return typed[field]().bytes();
  return new Uint8Array();
}

/** int32_data carries every type of at most 32 bits, half floats as their bit patterns. */
function narrow(values: readonly number[], dtype: DType) {
  const bytes = byteLength(dtype, 2) / 2;
  return bytes === 4 ? Int32Array.from(values) : bytes === 2 ? Uint16Array.from(values) : Uint8Array.from(values);
}

/** Elements of a sparse tensor that is written out. */
const LARGEST_SPARSE = 2 ** 26;

/** A sparse tensor written out: zeros, and its values at their places. */
export function decodeSparse(proto: SparseTensorProto, files: Files): Tensor {
  const values = decodeTensor(proto.values ?? fail('a sparse tensor without values'), files);
  const indices = decodeTensor(proto.indices ?? fail('a sparse tensor without indices'), files);
  const shape = proto.dims.map(Number);
  const count = elementCount(shape);
  if (shape.some((dim) => dim < 0) || count > LARGEST_SPARSE)
    fail(`${files.model.name}: a sparse tensor of shape [${shape}] is not read; at most ${LARGEST_SPARSE} elements are`);
  const dense = new Array<number>(count).fill(0);
  const rank = indices.shape.length === 2 ? shape.length : 1;
  const places = toNumbers(indices);
  toNumbers(values).forEach((value, i) => {
    const place = places.slice(i * rank, (i + 1) * rank);
    const flat = rank === 1 ? place[0]! : place.reduce((sum, index, axis) => sum * shape[axis]! + index, 0);
    if (!(flat >= 0 && flat < dense.length))
      fail(`${files.model.name}: a sparse tensor has an index outside its shape [${shape}]`);
    dense[flat] = value;
  });
  return numbers(values.dtype, dense, shape);
}

/** A tensor for writing; with a location its bytes are referred to rather than carried. */
export function encodeTensor(tensor: Tensor, name: string, location?: Location): TensorProto {
  const base = { name, dims: tensor.shape.map(BigInt), dataType: dtypes.indexOf(tensor.dtype) };
  if (tensor.strings) return create(TensorProtoSchema, { ...base, stringData: [...tensor.strings] });
  if (location) {
    const { file, offset, length } = location;
    const entries = { location: file, offset: String(offset), length: String(length) };
    const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
    return create(TensorProtoSchema, { ...base, externalData, dataLocation: TensorProto_DataLocation.EXTERNAL });
  }
  return create(TensorProtoSchema, { ...base, rawData: tensor.bytes() as Uint8Array<ArrayBuffer> });
}
