/** sightline in Node: the library, and what reads and writes files. */
export { defaultModel, type OpenedModel, openModel } from './catalog/node/open.js';
export { type ExplainedText, type WordMethod, wordMethods } from './catalog/node/words.js';
export { decodeImage, encodePng } from './image/node/index.js';
export * from './index.js';
export { nodeRuntime, openModelFile } from './runtime/node/index.js';
