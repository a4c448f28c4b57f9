/** sightline in a browser: the library, and models from bytes. Give `ortRuntime` the build of onnxruntime-web that the page uses. */

export { type BytesOptions, modelFromBytes } from './explain/bytes.js';
export * from './index.js';
