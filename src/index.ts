/** sightline: explains ONNX models by writing the explanation as another ONNX graph. Runs in Node and in browsers. */
export { labelsFrom, targetNamed } from './catalog/labels.js';
export { UserError } from './errors.js';
export { explainClasses } from './explain/classes.js';
export { explain, type LoadedExplainer, loadExplainer, planExplainer, runExplainer, runExplainers } from './explain/explain.js';
export type { ExplainedRow, ExplainOptions, Explanation, Model } from './explain/explanation.js';
export type { NodeFlow, RowFlow } from './explain/flow.js';
export { type ConceptScore, loadConcepts } from './explain/heads/concepts.js';
export {
  ablatedScore,
  type Contribution,
  type HeadName,
  type LoadedContributions,
  loadContributions,
  meanContributions,
  type ScoreParts,
} from './explain/heads/contributions.js';
export { type NamedHead, nameHeads } from './explain/heads/heads.js';
export { headWeights, type MarkedImage } from './explain/heads/weights.js';
export { type Inspection, inspect } from './explain/inspect.js';
export type { Texts } from './explain/text-scores.js';
export { treatmentOf } from './explain/treatment.js';
export * from './image/index.js';
export { classActivation, weightedSum } from './methods/class-activation.js';
export type { Method } from './methods/method.js';
export { methodNamed, methods } from './methods/registry.js';
export { decodeModel, encodeModel } from './onnx/codec/index.js';
export { type Backdrop, drawExplanation } from './report/picture.js';
export { recordOf, topClasses } from './report/record.js';
export { type Ort, ortRuntime, type Runtime, type RuntimeOptions, type WeightFiles } from './runtime/runtime.js';
export { decodeNpy, encodeNpy } from './tensor/npy.js';
export type { FloatArray, NdArray } from './tensor/tensor.js';
