/** Linear models of ai.onnx.ml, as scikit-learn's converter writes them behind or instead of a network. */
import type { Builder } from '../builder.js';
import type { Value } from '../graph.js';
import { floats } from '../tensor.js';
import type { Call, Lowering, Lowerings } from './lowering.js';

const DOMAIN = 'ai.onnx.ml';

function listOf({ node }: Call, name: string): readonly number[] {
  const attribute = node.attributes[name];
  return typeof attribute === 'object' && 'floats' in attribute ? attribute.floats : [];
}

const vector = (b: Builder, values: readonly number[]): Value => b.constant(floats(values, [values.length]));

/** x C^T + intercepts, with one row of coefficients for each output. */
function affine(call: Call, rows: number): Value {
  const { b, x } = call;
  const [coefficients, intercepts] = [listOf(call, 'coefficients'), listOf(call, 'intercepts')];
  const columns = coefficients.length / rows;
  const transposed = Array.from(
    { length: coefficients.length },
    (_, i) => coefficients[(i % rows) * columns + Math.floor(i / rows)]!,
  );
  const product = b.matMul(x, b.constant(floats(transposed, [columns, rows])));
  return intercepts.length ? b.add(product, vector(b, intercepts)) : product;
}

/** What turns scores into probabilities; others than these are not known. */
const transforms: Readonly<Record<string, (b: Builder, scores: Value) => Value>> = {
  NONE: (_, scores) => scores,
  LOGISTIC: (b, scores) => b.sigmoid(scores),
  SOFTMAX: (b, scores) => b.op('Softmax', [scores], { axis: -1 }),
};

const regressor: Lowering = (call) => {
  const { node, b } = call;
  const transform = transforms[node.string('post_transform', 'NONE')];
  return transform && [transform(b, affine(call, node.int('targets', 1)))];
};

/** A single row of coefficients stands for two classes in several ways: left to the operator, like the labels. */
const classifier: Lowering = (call) => {
  const { node, b, inputs, isUsed } = call;
  const rows = listOf(call, 'intercepts').length;
  const transform = transforms[node.string('post_transform', 'NONE')];
  if (rows < 2 || !transform) return undefined;
  const infos = node.outputs.map(({ info }) => info);
  const label = isUsed(0) ? b.op(node.op, inputs, node.attributes, { domain: DOMAIN, outputs: 2, infos }) : undefined;
  return [label, transform(b, affine(call, rows))];
};

/** (x - offset) scale */
const scaler: Lowering = (call) => {
  const { b, x } = call;
  const [offset, scale] = [listOf(call, 'offset'), listOf(call, 'scale')];
  const centred = offset.length ? b.sub(x, vector(b, offset)) : x;
  return [scale.length ? b.mul(centred, vector(b, scale)) : centred];
};

/** Rows of length one. */
const normalizer: Lowering = ({ node, b, x }) => {
  const norm = node.string('norm', 'MAX');
  return norm === 'MAX' ? undefined : [b.op('LpNormalization', [x], { axis: -1, p: norm === 'L1' ? 1 : 2 })];
};

/** What stands for a missing number. */
const imputer: Lowering = (call) => {
  const { node, b, x } = call;
  const imputed = listOf(call, 'imputed_value_floats');
  if (!imputed.length) return undefined;
  const replaced = node.has('replaced_value_float') ? node.float('replaced_value_float') : 0;
  const isMissing = Number.isNaN(replaced) ? b.op('IsNaN', [x]) : b.equal(x, replaced);
  return [b.op('Where', [isMissing, vector(b, imputed), x])];
};

export const classical = {
  [`${DOMAIN}.LinearRegressor`]: regressor,
  [`${DOMAIN}.LinearClassifier`]: classifier,
  [`${DOMAIN}.Scaler`]: scaler,
  [`${DOMAIN}.Normalizer`]: normalizer,
  [`${DOMAIN}.Imputer`]: imputer,
  [`${DOMAIN}.FeatureVectorizer`]: ({ b, inputs }) =>
    inputs.every((value) => value?.dtype === 'float32') ? [b.concat(inputs as readonly Value[], 1)] : undefined,
} satisfies Lowerings;
