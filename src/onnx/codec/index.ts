/** The ONNX file format: the only room that knows protobuf. */
export { closeBody, openBody, openFunction, renameCaptured } from './bodies.js';
export { decodeModel } from './decode.js';
export { type EncodeOptions, encodeModel } from './encode.js';
export { type PlacedWeights, placeWeights } from './places.js';
export { type ByteSource, memorySource } from './source.js';
