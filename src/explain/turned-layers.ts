/** Layers with their channels last as feature maps [N, C, h, w], so that class activation maps work on them: of TensorFlow, and of Swin. */
import type { Builder } from '../onnx/builder.js';
import type { Graph, Node, Value } from '../onnx/graph.js';
import { copy, type Operands, rewrite } from '../onnx/rewrite.js';
import { featureMaps, lastPassage, valueNamed } from './layer.js';
import { CHANNELS_LAST } from './spatial.js';
import type { Subject } from './subject.js';

/**
 * The same model, in which layers [N, h, w, C] pass through a feature map that has the layer's name.
 * @param names the layers; by default the last passage, where it has its channels last
 */
export function withTurnedLayers(subject: Subject, original: Graph, names?: readonly string[]): Subject {
  const outputs = new Set(subject.graph.outputs);
  const turnable = featureMaps(subject, CHANNELS_LAST).filter((map) => map !== subject.scoreMap && !outputs.has(map));
  if (turnable.length === 0) return subject;
  const suggested = names || subject.suggested ? undefined : lastOfAll(subject, turnable);
  const wanted = names ? names.map((name) => valueNamed(name, subject, original)) : [suggested];
  const turned = new Set(turnable.filter((map) => wanted.includes(map)));
  if (turned.size === 0) return subject;
  const graph = rewrite(subject.graph, {
    node: (node, operands, b) =>
      node.outputs.some((output) => turned.has(output)) ? throughMap(node, operands, b, turned) : copy(node, operands, b),
  });
  const same = (value: Value) => graph.find(value.name) ?? value;
  const { input, scores, scoreMap } = subject;
  return {
    ...subject,
    graph,
    input: same(input),
    scores: same(scores),
    ...(scoreMap && { scoreMap: same(scoreMap) }),
    suggested: suggested ? same(suggested) : subject.suggested && same(subject.suggested),
  };
}

/** The last passage, if its channels stand last and it is not just another map turned round. */
function lastOfAll(subject: Subject, turnable: readonly Value[]): Value | undefined {
  const made = turnable.filter(({ producer }) => producer!.op !== 'Transpose');
  const [last, first] = [lastPassage(subject, made), lastPassage(subject, featureMaps(subject))];
  return last && last.producer!.age > (first?.producer?.age ?? -1) ? last : undefined;
}

/** The node under other names, its output turned to [N, C, h, w], which has the layer's name, and back. */
function throughMap(node: Node, { inputs, captured }: Operands, b: Builder, turned: ReadonlySet<Value>): Value[] {
  const { op, attributes, domain, name, metadata } = node;
  const outputs = node.outputs.map((output) => (turned.has(output) ? b.freshName(`${output.name}/last`) : output.name));
  const infos = node.outputs.map((output) => output.info);
  const made = b.node(op, inputs, attributes, { domain, name, metadata, outputs, infos, captured });
  return made.outputs.map((output, i) => {
    const layer = node.outputs[i]!;
    if (!turned.has(layer)) return output;
    const map = b.op('Transpose', [output], { perm: [0, 3, 1, 2] }, { outputs: [layer.name] });
    return b.transpose(map, [0, 2, 3, 1]);
  });
}
