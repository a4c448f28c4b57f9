/** Sequences and optionals whose content is known: what takes an element out of one takes the element itself. */
import type { Builder } from '../builder.js';
import type { Value } from '../graph.js';
import { numberOf, numbersOf } from '../infer/content.js';
import { ints } from '../tensor.js';
import type { Lowering, Lowerings } from './lowering.js';

/** The elements of a sequence, where the graph says which they are. */
function elementsOf(b: Builder, sequence: Value | undefined): readonly Value[] | undefined {
  const node = sequence?.producer;
  if (node?.domain !== '') return undefined;
  const [x, y] = node.inputs;
  switch (node.op) {
    case 'SequenceEmpty':
      return [];
    case 'SequenceConstruct':
      return node.inputs as readonly Value[];
    case 'Identity':
      return elementsOf(b, x);
    case 'SequenceInsert': {
      const elements = elementsOf(b, x);
      const at = elements && placeIn(elements.length, node.inputs[2], elements.length);
      return at === undefined ? undefined : elements!.toSpliced(at, 0, y!);
    }
    case 'SequenceErase': {
      const elements = elementsOf(b, x);
      const at = elements && placeIn(elements.length, y, elements.length - 1);
      return at === undefined ? undefined : elements!.toSpliced(at, 1);
    }
    case 'SplitToSequence':
      return parts(b, x!, y, node.int('axis', 0), node.int('keepdims', 1) === 1);
    default:
      return undefined;
  }
}

/** A position counted from the front. */
function placeIn(count: number, position: Value | undefined, usual: number): number | undefined {
  const stated = position ? numberOf(position) : usual;
  return stated === undefined ? undefined : stated < 0 ? stated + count : stated;
}

/** Equal parts of a length that is stated, parts of lengths that are, or single elements. */
function parts(b: Builder, x: Value, split: Value | undefined, stated: number, keep: boolean): readonly Value[] | undefined {
  const axis = x.rank !== undefined && stated < 0 ? stated + x.rank : stated;
  const size = x.shape?.[axis];
  const lengths = split ? numbersOf(split) : [1];
  if (typeof size !== 'number' || !lengths?.every((length) => length > 0)) return undefined;
  const ends = split?.rank === 1 ? lengths.map((_, i) => lengths.slice(0, i + 1).reduce((sum, length) => sum + length, 0)) : [];
  if (ends.length === 0) for (let end = lengths[0]!; end < size + lengths[0]!; end += lengths[0]!) ends.push(Math.min(end, size));
  return ends.map((end, i) => {
    const part = b.slice(x, { starts: [ends[i - 1] ?? 0], ends: [end], axes: [axis] });
    return split || keep ? part : b.squeeze(part, [axis]);
  });
}

const at: Lowering = ({ b, inputs: [sequence, position] }) => {
  const elements = elementsOf(b, sequence);
  const place = elements && placeIn(elements.length, position, 0);
  const element = place === undefined ? undefined : elements![place];
  return element && [element];
};

const concatenated: Lowering = ({ b, node, inputs: [sequence] }) => {
  const elements = elementsOf(b, sequence);
  if (!elements?.length) return undefined;
  const axis = node.int('axis');
  const joined = node.int('new_axis', 0) ? elements.map((element) => b.unsqueeze(element, [axis])) : elements;
  return [b.concat(joined, axis)];
};

const length: Lowering = ({ b, inputs: [sequence] }) => {
  const elements = elementsOf(b, sequence);
  return elements && [b.constant(ints([elements.length], []))];
};

/** Since opset 18 a tensor counts as an optional that has an element. */
const element: Lowering = ({ x }) => {
  const held = x.producer?.op === 'Optional' ? x.producer.inputs[0] : x;
  return held?.dtype && [held];
};

export const sequences = {
  SequenceAt: at,
  ConcatFromSequence: concatenated,
  SequenceLength: length,
  OptionalGetElement: element,
} satisfies Lowerings;
