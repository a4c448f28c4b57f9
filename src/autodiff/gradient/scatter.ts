/** Gradients of operators that place elements by index into a tensor, instead of what is there or on top of it. */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Node, Value } from '../../onnx/graph.js';
import { numbers } from '../../onnx/tensor.js';
import type { Rule, RuleContext, RuleTable } from '../rule.js';
import { axisOf } from './indexing.js';
import { sizeOf } from './movement.js';
import { withoutZeros } from './reduction.js';

/** The two ways of saying where: by coordinates along an axis, or by tuples of coordinates. */
interface Places {
  readonly put: (b: Builder, into: Value, updates: Value, reduction: string) => Value;
  readonly take: (b: Builder, from: Value) => Value;
}

const byAxis = (node: Node, indices: Value): Places => {
  const axis = node.int('axis', 0);
  return {
    put: (b, into, updates, reduction) => b.op('ScatterElements', [into, indices, updates], reduced({ axis }, reduction)),
    take: (b, from) => b.op('GatherElements', [from, indices], { axis }),
  };
};

const byTuple = (_: Node, indices: Value): Places => ({
  put: (b, into, updates, reduction) => b.op('ScatterND', [into, indices, updates], reduced({}, reduction)),
  take: (b, from) => b.op('GatherND', [from, indices]),
});

const reduced = <T extends object>(attributes: T, reduction: string) =>
  reduction === 'none' ? attributes : { ...attributes, reduction };

type Shares = (context: RuleContext, places: Places) => readonly [Value | undefined, Value | undefined];

/** What was overwritten has no share in the result. */
const overwritten: Shares = ({ b, inputs: [, , updates], dy, wanted }, { put, take }) => [
  wanted[0] ? put(b, dy, b.zerosLike(updates!), 'none') : undefined,
  wanted[2] ? take(b, dy) : undefined,
];

const added: Shares = ({ b, dy, wanted }, { take }) => [dy, wanted[2] ? take(b, dy) : undefined];

/** The product of all other factors, right where one or several of them are zero. */
const multiplied: Shares = ({ b, inputs: [data, , updates], dy, wanted }, { put, take }) => {
  const ones = b.expandLike(b.scalar(1, data!.dtype), data!);
  const zero = b.mask(b.equal(updates!, 0), updates!);
  const zeroThere = b.mask(b.equal(data!, 0), data!);
  const zeros = put(b, zeroThere, zero, 'add');
  const product = put(b, withoutZeros(b, data!), b.add(updates!, zero), 'mul');
  const others = (whole: Value, count: Value, own: Value, ownZero: Value) =>
    b.mul(b.div(whole, withoutZeros(b, own)), b.mask(b.less(b.sub(count, ownZero), 0.5), own));
  return [
    wanted[0] ? b.mul(dy, put(b, ones, updates!, 'mul')) : undefined,
    wanted[2] ? b.mul(take(b, dy), others(take(b, product), take(b, zeros), updates!, zero)) : undefined,
  ];
};

/** Those that tie for the extreme share evenly. */
const extreme: Shares = ({ b, inputs: [data, , updates], y, dy, wanted }, { put, take }) => {
  const winsThere = b.mask(b.equal(data!, y), data!);
  const wins = b.mask(b.equal(updates!, take(b, y)), updates!);
  const share = b.div(dy, put(b, winsThere, wins, 'add'));
  return [wanted[0] ? b.mul(share, winsThere) : undefined, wanted[2] ? b.mul(take(b, share), wins) : undefined];
};

const byReduction: Readonly<Record<string, Shares>> = {
  none: overwritten,
  add: added,
  mul: multiplied,
  max: extreme,
  min: extreme,
};

const scattered =
  (places: (node: Node, indices: Value) => Places): Rule =>
  (context) => {
    const { node, inputs } = context;
    const reduction = node.string('reduction', 'none');
    const shares = byReduction[reduction] ?? fail(`${node.label}: reduction "${reduction}" is unknown`);
    const [data, updates] = shares(context, places(node, inputs[1]!));
    return [data, undefined, updates];
  };

/** A cache [batch, ..., length, ...] that takes elements from a position of each row on. */
const cache: Rule = ({ b, node, inputs: [past, update, starts], dy, wanted }) => {
  const axis = axisOf(node, past!, -2);
  const [length, count] = [sizeOf(past!, axis, node), sizeOf(update!, axis, node)];
  const along = update!.shape!.map((_, i) => (i === axis ? count : 1));
  const steps = b.constant(
    numbers(
      'int64',
      Array.from({ length: count }, (_, i) => i),
      along,
    ),
  );
  const others = along.map((_, i) => i).slice(1);
  const exact = starts ? b.add(b.unsqueeze(starts, others), steps) : steps;
  const places =
    node.string('mode', 'linear') === 'circular' ? b.op('Mod', [exact, b.constant(numbers('int64', [length], []))]) : exact;
  const indices = b.expandLike(places, update!);
  return [
    wanted[0] ? b.op('ScatterElements', [dy, indices, b.zerosLike(update!)], { axis }) : undefined,
    wanted[1] ? b.op('GatherElements', [dy, indices], { axis }) : undefined,
  ];
};

export const scattering = {
  ScatterElements: scattered(byAxis),
  ScatterND: scattered(byTuple),
  TensorScatter: cache,
} satisfies RuleTable;
