/** ONNX models as data: read, build, infer, upgrade, simplify, print, write. */
export { Builder, type NodeDetails, type Operand } from './builder.js';
export { type ByteSource, decodeModel, type EncodeOptions, encodeModel, memorySource } from './codec/index.js';
export {
  type Attribute,
  type Attributes,
  type Dim,
  Graph,
  type Info,
  type ModelDetails,
  Node,
  Operation,
  type Shape,
  Value,
} from './graph.js';
export { printGraph } from './print.js';
export { rewrite } from './rewrite.js';
export { simplify } from './simplify.js';
export type { DType, Tensor } from './tensor.js';
export { upgrade } from './upgrade/index.js';
