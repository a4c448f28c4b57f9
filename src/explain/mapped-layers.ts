/** Layers of another form as feature maps [N, C, h, w], so that class activation maps work on them. */
import type { Builder } from '../onnx/builder.js';
import type { Node, Value } from '../onnx/graph.js';
import { copy, type Operands, rewrite } from '../onnx/rewrite.js';
import type { Subject } from './subject.js';

/** Makes a map of a layer, under the layer's name, and the layer of the map again. */
export type ThroughMap = (b: Builder, layer: Value, name: string) => Value;

/**
 * The same model, in which layers pass through feature maps that have their names.
 * @param suggested the layer to take by default, if it is one of them
 */
export function withMappedLayers(subject: Subject, layers: ReadonlySet<Value>, through: ThroughMap, suggested?: Value): Subject {
  const graph = rewrite(subject.graph, {
    node: (node, operands, b) =>
      node.outputs.some((output) => layers.has(output)) ? mapped(node, operands, b, layers, through) : copy(node, operands, b),
  });
  const same = (value: Value | undefined) => value && (graph.find(value.name) ?? value);
  const { input, scores, scoreMap } = subject;
  return {
    ...subject,
    graph,
    input: same(input)!,
    scores: same(scores)!,
    ...(scoreMap && { scoreMap: same(scoreMap)! }),
    suggested: same(suggested ?? subject.suggested),
  };
}

/** The node under other names, so that the maps can have the layers'. */
function mapped(
  node: Node,
  { inputs, captured }: Operands,
  b: Builder,
  layers: ReadonlySet<Value>,
  through: ThroughMap,
): Value[] {
  const { op, attributes, domain, name, metadata } = node;
  const outputs = node.outputs.map((output) => (layers.has(output) ? b.freshName(`${output.name}/unmapped`) : output.name));
  const infos = node.outputs.map((output) => output.info);
  const made = b.node(op, inputs, attributes, { domain, name, metadata, outputs, infos, captured });
  return made.outputs.map((output, i) => (layers.has(node.outputs[i]!) ? through(b, output, node.outputs[i]!.name) : output));
}
