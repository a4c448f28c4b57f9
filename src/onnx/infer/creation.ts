/** Operators that make a tensor out of attributes or of another's shape. */
import type { Attribute, Info, Operation, Shape } from '../graph.js';
import { type DType, dtypes } from '../tensor.js';
import { contentOf, numberOf } from './content.js';
import { ceilDivide, subtract } from './dims.js';
import { type Rule, type RuleTable, ranked, reject, shapeOf, unknownDim, unknownShape } from './rule.js';

/** The type that an attribute states by number. */
function statedType(operation: Operation, fallback: DType | undefined): DType | undefined {
  return operation.has('dtype') ? dtypes[operation.int('dtype')] : fallback;
}

function constant({ attributes }: Operation): readonly Info[] {
  const { value, value_float, value_floats, value_int, value_ints, value_string, value_strings } = attributes;
  if (typeof value === 'object' && 'tensor' in value) return [{ dtype: value.tensor.dtype, shape: value.tensor.shape }];
  if (value_float !== undefined) return [{ dtype: 'float32', shape: [] }];
  if (value_int !== undefined) return [{ dtype: 'int64', shape: [] }];
  if (value_string !== undefined) return [{ dtype: 'string', shape: [] }];
  if (value_floats !== undefined) return [{ dtype: 'float32', shape: lengthOf(value_floats) }];
  if (value_ints !== undefined) return [{ dtype: 'int64', shape: lengthOf(value_ints) }];
  if (value_strings !== undefined) return [{ dtype: 'string', shape: lengthOf(value_strings) }];
  return [{}];
}

function lengthOf(attribute: Attribute): Shape | undefined {
  if (Array.isArray(attribute)) return [attribute.length];
  return typeof attribute === 'object' && 'floats' in attribute ? [attribute.floats.length] : undefined;
}

/** The shape that an input holds. */
function heldShape(operation: Operation, index = 0): Shape | undefined {
  const held = contentOf(operation.inputs[index]);
  if (held?.some((dim) => typeof dim === 'number' && dim < 0)) reject(operation, `[${held}] is not a shape`);
  const rank = shapeOf(operation, index)?.[0];
  return held ?? (typeof rank === 'number' ? unknownShape(operation, rank) : undefined);
}

function filled(operation: Operation): readonly Info[] {
  const { value } = operation.attributes;
  const dtype = typeof value === 'object' && 'tensor' in value ? value.tensor.dtype : 'float32';
  return [{ dtype, shape: heldShape(operation) }];
}

/** Elements of start, start + delta, ... before limit. */
function range(operation: Operation): readonly Info[] {
  const [start, limit, delta] = [0, 1, 2].map((i) => numberOf(operation.inputs[i]) ?? contentOf(operation.inputs[i])?.[0]);
  const dtype = operation.inputs[0]?.dtype;
  if (delta === 0) reject(operation, 'the step must not be 0');
  if (start === undefined || limit === undefined || typeof delta !== 'number')
    return [{ dtype, shape: [unknownDim(operation, 0)] }];
  if (typeof start === 'number' && typeof limit === 'number')
    return [{ dtype, shape: [Math.max(0, Math.ceil((limit - start) / delta))] }];
  const count = delta > 0 ? ceilDivide(subtract(limit, start), delta) : ceilDivide(subtract(start, limit), -delta);
  return [{ dtype, shape: [typeof count === 'number' ? Math.max(0, count) : count] }];
}

/** The type of the operand, unless an attribute states another. */
const like: Rule = (operation) => {
  const [x] = operation.inputs;
  return [{ dtype: statedType(operation, x?.dtype), shape: x?.shape }];
};

const random: Rule = (operation) => [{ dtype: statedType(operation, 'float32'), shape: operation.ints('shape') }];

export const creations: RuleTable = {
  Constant: constant,
  ConstantOfShape: filled,
  Range: range,
  Shape: (operation) => {
    const rank = shapeOf(operation)?.length;
    return [
      {
        dtype: 'int64',
        shape: rank === undefined ? undefined : [shapeOf(operation)!.slice(operation.int('start', 0), end(operation)).length],
      },
    ];
  },
  Size: () => [{ dtype: 'int64', shape: [] }],
  EyeLike: (operation) => {
    ranked(operation, 0, 2, 2);
    return like(operation, 0);
  },
  RandomNormal: random,
  RandomUniform: random,
  RandomNormalLike: like,
  RandomUniformLike: like,
  Bernoulli: like,
  Multinomial: (operation) => [
    {
      dtype: statedType(operation, 'int32'),
      shape: [ranked(operation, 0, 2, 2)?.[0] ?? unknownDim(operation, 0), operation.int('sample_size', 1)],
    },
  ],
  // Windows of signal processing: as long as the scalar operand says.
  ...Object.fromEntries(
    ['HannWindow', 'HammingWindow', 'BlackmanWindow'].map((op) => [
      op,
      (operation: Operation) => [
        {
          dtype: dtypes[operation.int('output_datatype', 1)],
          shape: [contentOf(operation.inputs[0])?.[0] ?? unknownDim(operation, 0)],
        },
      ],
    ]),
  ),
};

/** Where Shape stops; behind the last axis by default. */
export const end = (operation: Operation): number | undefined => (operation.has('end') ? operation.int('end') : undefined);
