/** Models written as protobuf, for what a Builder does not make: functions, bodies of control flow, sequences. */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type GraphProtoSchema, ModelProtoSchema, type NodeProtoSchema } from '../src/onnx/generated/onnx_pb.js';

type Init<T> = Exclude<T, { readonly $typeName: string }>;
export type Proto = Init<MessageInitShape<typeof ModelProtoSchema>>;
export type GraphInit = Init<MessageInitShape<typeof GraphProtoSchema>>;
export type NodeInit = Init<MessageInitShape<typeof NodeProtoSchema>>;

export const tensorType = (elemType: number, ...dims: (number | string)[]) => ({
  value: {
    case: 'tensorType' as const,
    value: {
      elemType,
      shape: {
        dim: dims.map((dim) => ({
          value:
            typeof dim === 'number'
              ? { case: 'dimValue' as const, value: BigInt(dim) }
              : { case: 'dimParam' as const, value: dim },
        })),
      },
    },
  },
});
export const node = (opType: string, input: string[], output: string[], more: Partial<NodeInit> = {}): NodeInit => ({
  opType,
  input,
  output,
  name: output[0]!,
  ...more,
});
export const int64 = (name: string, values: number[], dims: number[] = [values.length]) => ({
  name,
  dims: dims.map(BigInt),
  dataType: 7,
  int64Data: values.map(BigInt),
});
export const float = (name: string, values: number[]) => ({
  name,
  dims: [BigInt(values.length)],
  dataType: 1,
  floatData: values,
});
export const truth = (name: string, value: number) => ({ name, dims: [], dataType: 9, int32Data: [value] });

/** A model of one input x and one output y, both float32 [2, 3] unless the graph says otherwise, of opset 17. */
export function model(graph: Partial<GraphInit>, more: Partial<Proto> = {}): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 9n,
      opsetImport: [
        { domain: '', version: 17n },
        { domain: 'own', version: 1n },
      ],
      ...more,
      graph: {
        name: 'g',
        input: [{ name: 'x', type: tensorType(1, 2, 3) }],
        output: [{ name: 'y', type: tensorType(1, 2, 3) }],
        ...graph,
      },
    } as Proto),
  );
}
