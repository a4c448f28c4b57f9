/** A method's map of one image under any graph: what parameter randomisation asks for. */
import type { MethodLike } from '../../explain/explain.js';
import type { ExplainOptions, Model } from '../../explain/explanation.js';
import { imageInput, isChannelsLast } from '../../explain/subject.js';
import type { Graph } from '../../onnx/graph.js';
import type { Pixels } from '../faithfulness/pixels.js';
import type { PreparedMaps } from '../sanity/preparation.js';
import { loadAttributor, preparedAt } from './attributor.js';
import { tensorOf } from './scorer.js';

/**
 * @param target the class explained under every graph; 'top' chooses each graph's own top class, as the notebook of Adebayo et al. does
 */
export function attributeOnGraph(
  model: Model,
  method: MethodLike,
  image: Pixels,
  target: number | 'top',
  options: ExplainOptions = {},
): (graph: Graph) => Promise<PreparedMaps> {
  return async (graph) => {
    const layout = isChannelsLast(imageInput(model.graph).shape) ? 'NHWC' : 'NCHW';
    const attributor = await loadAttributor({ ...model, graph }, method, tensorOf([image], layout).shape, options);
    try {
      return preparedAt(await attributor.explain(image, target), image, layout);
    } finally {
      await attributor.dispose();
    }
  };
}
