/** Several classes of one input, for little more than one. */
import { fail } from '../errors.js';
import { isPlanned, type PlannedMethod } from '../methods/method.js';
import type { Value } from '../onnx/graph.js';
import type { FloatArray } from '../tensor/tensor.js';
import { explain, loadExplainer, type MethodLike, methodOf, runExplainer } from './explain.js';
import type { ExplainOptions, Explanation, Model } from './explanation.js';
import { checkInput, repeated } from './rows.js';
import { imageInput } from './subject.js';

/**
 * Explains several classes of a single row; the explanation has one row for each. Methods whose maps live on a layer run the model
 * once up to there, and what is behind it once for each class; the others run once for each class.
 */
export async function explainClasses(
  model: Model,
  method: MethodLike,
  input: FloatArray,
  targets: readonly number[],
  options: Omit<ExplainOptions, 'targets'> = {},
): Promise<Explanation> {
  checkInput(input);
  if (input.shape[0] !== 1) fail(`several classes are explained of one row, and the input has ${input.shape[0]}`);
  const asked = methodOf(method);
  const openBatch = typeof imageInput(model.graph).shape?.[0] !== 'number';
  if (!isPlanned(asked) || asked.space !== 'layer' || !openBatch)
    return explain(model, asked, repeated(input, targets.length), { ...options, targets });
  const loaded = await loadExplainer(model, ofEachClass(asked), input.shape, options, true);
  try {
    return { ...(await runExplainer(loaded, input, { ...options, targets })), method: asked };
  } finally {
    await loaded.dispose();
  }
}

/** The method over as many copies of the layer as there are classes. */
function ofEachClass(method: PlannedMethod): PlannedMethod {
  return {
    ...method,
    plan: (context) => {
      const { b, layer, target, replace } = context;
      const ones = b.ints(layer.shape!.slice(1).map(() => 1));
      const copies = (map: Value) => b.op('Expand', [map, b.concat([b.op('Shape', [target]), ones], 0)]);
      const ofEach = replace(layer, copies(layer));
      // At another input the layer is another, of which there must be copies too.
      return method.plan({
        ...context,
        ...ofEach,
        replace: (value, by) => replace(layer, copies(replace(value, by).layer)),
      });
    },
  };
}
