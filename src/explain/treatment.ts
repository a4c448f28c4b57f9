/** What a composite of relevance rules would do to each node of a model, before anything runs. */
import { parseComposite } from '../autodiff/relevance/composite-file.js';
import { compositeNamed } from '../autodiff/relevance/composites.js';
import { type Treatment, treatments } from '../autodiff/relevance/relevance.js';
import { fail } from '../errors.js';
import { Graph } from '../onnx/graph.js';
import { prepare, type SubjectOptions } from './subject.js';

/**
 * @param composite a name, or the JSON of a composite
 * @throws UserError if there is no such composite, or none of its own rules matches a node
 */
export function treatmentOf(model: Graph, composite: string, options: SubjectOptions = {}): Treatment[] {
  if (composite === 'attn-lrp' || composite === 'cp-lrp')
    fail(`${composite} has one rule for each operator, wherever it stands; there is nothing to list node by node`);
  const { graph, scores } = prepare(model, options);
  const chosen = composite.trimStart().startsWith('{') ? parseComposite(composite) : compositeNamed(composite);
  return treatments(new Graph({ name: graph.name, inputs: graph.inputs, outputs: [scores], details: graph.details }), chosen);
}
