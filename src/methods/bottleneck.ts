/** The narrowest place behind a layer through which its elements act one by one. */

import { sameShape } from '../onnx/builder.js';
import { type Node, operands, reachable, type Value } from '../onnx/graph.js';
import { windowOf } from '../onnx/infer/window.js';
import { activations } from './deeplift-rules.js';
import { moves } from './linear-head.js';

/** Of a value: each element a function of one element of the layer, or a weighted sum of such functions, no element in two sums. */
type Form = 'elements' | 'sums';

const arithmetic = ['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Sum', 'Mean', 'Neg', 'BatchNormalization'];
const elementwise = new Set([...activations, ...arithmetic]);
const affine = new Set(['Add', 'Sub', 'Mul', 'Div', 'BatchNormalization']);

/** The narrowest value whose elements depend on the layer's one by one, and through which all of the layer's influence goes. */
export function bottleneckOf(layer: Value, scores: Value): Value {
  const { nodes } = reachable([scores]);
  const forms = new Map<Value, Form>([[layer, 'elements']]);
  const dependent = new Set<Value>([layer]);
  for (const node of nodes) {
    if (!operands(node).some((value) => dependent.has(value))) continue;
    for (const output of node.outputs) dependent.add(output);
    const form = formOf(
      node,
      operands(node).filter((value) => dependent.has(value)),
      forms,
    );
    if (form) forms.set(node.output(), form);
  }
  const passages = [...forms.keys()].filter((value) => sizeOf(value) > 0 && separates(nodes, layer, value, scores));
  return passages.reduce((best, value) => (sizeOf(value) <= sizeOf(best) ? value : best), layer);
}

function formOf(node: Node, from: readonly Value[], forms: ReadonlyMap<Value, Form>): Form | undefined {
  const [form, ...others] = new Set(from.map((value) => forms.get(value)));
  if (!form || others.length || node.domain !== '') return undefined;
  const [only, ...more] = from;
  if (moves(node) && more.length === 0 && only === node.inputs[0]) return form;
  const aligned = from.every((value) => sameShape(value.shape, node.output().shape));
  if (form === 'elements') return aligned && elementwise.has(node.op) ? form : sumsApart(node) ? 'sums' : undefined;
  const scaled = affine.has(node.op) && more.length === 0 && (node.op !== 'Div' || only === node.inputs[0]);
  return aligned && scaled ? form : undefined;
}

/** Whether a node adds up its input's elements, none of them twice. */
function sumsApart(node: Node): boolean {
  if (['GlobalAveragePool', 'ReduceMean', 'ReduceSum'].includes(node.op)) return true;
  if (node.op !== 'AveragePool') return false;
  const { kernel, strides } = windowOf(node);
  const windows = node.output().shape?.slice(2) ?? [];
  return kernel.every((size, i) => windows[i] === 1 || size <= strides[i]!);
}

/** Elements of a row; 0 where that is not known. */
function sizeOf({ shape = [] }: Value): number {
  return shape.slice(1).reduce<number>((product, size) => (typeof size === 'number' ? product * size : 0), 1);
}

/** Whether nothing leads from one value to another but through a third. */
function separates(nodes: readonly Node[], from: Value, through: Value, to: Value): boolean {
  if (through === from) return true;
  const past = new Set<Value>([from]);
  for (const node of nodes)
    if (operands(node).some((value) => past.has(value)))
      for (const output of node.outputs) if (output !== through) past.add(output);
  return !past.has(to);
}

/** Values beside the features that go into the head and differ from row to row: those of branches that join behind the features. */
export function sideInputs(features: Value, scores: Value): Value[] {
  const within = new Set<Value>([features]);
  const beside = new Set<Value>();
  for (const node of reachable([scores]).nodes) {
    if (!operands(node).some((value) => within.has(value))) continue;
    for (const output of node.outputs) within.add(output);
    for (const value of operands(node)) if (!within.has(value) && variesByRow(value, features)) beside.add(value);
  }
  return [...beside];
}

/** Whether a value has the features' rows and is computed from the model's input. */
function variesByRow(value: Value, features: Value): boolean {
  if (value.tensor || value.rank === undefined || value.shape![0] !== features.shape![0]) return false;
  const ends = reachable([value]).nodes.flatMap(operands);
  return [value, ...ends].some((end) => !end.producer && !end.tensor);
}
