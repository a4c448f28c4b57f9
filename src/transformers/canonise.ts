/**
 * Brings what exporters write in different ways into one form: attention operators as products and softmax, since a fused one keeps its
 * weights to itself, and layer normalisation as one operator.
 */
import { attentionInProducts } from '../autodiff/gradient/attention.js';
import type { Graph, Node } from '../onnx/graph.js';
import { copy, rewrite } from '../onnx/rewrite.js';
import { upgrade } from '../onnx/upgrade/index.js';
import { fusedNormalization } from './layer-normalization.js';

/** An equivalent graph; outputs keep their names. */
export function canoniseTransformers(graph: Graph): Graph {
  const canonised = rewrite(graph, {
    node: (node, operands, b) => {
      const { inputs } = operands;
      if (!isAttention(node)) return fusedNormalization(node, inputs, b) ?? copy(node, operands, b);
      const y = b.within({ 'sightline.source': node.name }, () => attentionInProducts(b, node, inputs));
      return [b.op('Identity', [y], {}, { outputs: [node.output().name] })];
    },
  });
  // Without the operator, an older opset may do.
  return graph.nodes.some(isAttention) ? upgrade(canonised) : canonised;
}

/** With a cache, a softcap or scores as a further output, it stays. */
const isAttention = (node: Node): boolean =>
  node.domain === '' &&
  node.op === 'Attention' &&
  node.outputs.length === 1 &&
  node.inputs.slice(4).every((value) => !value) &&
  node.float('softcap', 0) === 0;
