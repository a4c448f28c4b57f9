/** Operators that work on each element by itself; operands broadcast. */
import type { Operation } from '../graph.js';
import { type DType, dtypes } from '../tensor.js';
import { broadcast } from './broadcast.js';
import { type Rule, type RuleTable, reject } from './rule.js';

const shapes = (operation: Operation) => operation.inputs.filter((value) => value !== undefined).map((value) => value.shape);

/** The first operand's type and shape. */
export const unary: Rule = ({ inputs: [x] }) => [{ dtype: x?.dtype, shape: x?.shape }];

/** The first operand's shape and a type of its own. */
const test: Rule = ({ inputs: [x] }) => [{ dtype: 'bool', shape: x?.shape }];

/** Operands of one type, which is the result's. */
const variadic: Rule = (operation) => [{ dtype: commonType(operation), shape: broadcast(operation, shapes(operation)) }];

/** Operands of one type, compared. */
const comparison: Rule = (operation) => {
  commonType(operation);
  return [{ dtype: 'bool', shape: broadcast(operation, shapes(operation)) }];
};

/** The type of the first operand; the others broadcast to its shape, not the other way round. */
const ontoFirst: Rule = (operation) => {
  const [x, slope] = operation.inputs;
  const shape = broadcast(operation, [x?.shape, slope?.shape]);
  if (shape && shape.length > x!.shape!.length) reject(operation, 'the second operand has more axes than the first');
  return [{ dtype: x?.dtype, shape: x?.shape }];
};

function commonType(operation: Operation, from = 0): DType | undefined {
  const found = operation.inputs.slice(from).flatMap((value) => value?.dtype ?? []);
  const other = found.find((dtype) => dtype !== found[0]);
  if (other) reject(operation, `operands have different types: ${found[0]} and ${other}`);
  return found[0];
}

export const elementwise: RuleTable = {
  ...table(unary, [
    ...['Abs', 'Neg', 'Sign', 'Reciprocal', 'Sqrt', 'Exp', 'Log', 'Erf', 'Floor', 'Ceil', 'Round', 'BitwiseNot', 'Not'],
    ...['Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh', 'Tanh', 'Asinh', 'Acosh', 'Atanh'],
    ...['Relu', 'LeakyRelu', 'ThresholdedRelu', 'Elu', 'Celu', 'Selu', 'Gelu', 'Swish', 'Mish', 'HardSigmoid', 'HardSwish'],
    ...['Sigmoid', 'Softplus', 'Softsign', 'Shrink', 'Identity', 'Clip', 'CumSum', 'CumProd', 'Trilu'],
  ]),
  ...table(test, ['IsNaN', 'IsInf']),
  ...table(variadic, ['Add', 'Sub', 'Mul', 'Div', 'Mod', 'Min', 'Max', 'Sum', 'Mean', 'BitShift']),
  ...table(variadic, ['And', 'Or', 'Xor', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor']),
  ...table(comparison, ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual']),
  PRelu: ontoFirst,
  // The exponent may have another type.
  Pow: (operation) => [{ dtype: operation.inputs[0]?.dtype, shape: broadcast(operation, shapes(operation)) }],
  Where: (operation) => [{ dtype: commonType(operation, 1), shape: broadcast(operation, shapes(operation)) }],
  Cast: (operation) => [
    {
      dtype: dtypes[operation.int('to')] ?? reject(operation, `unknown type ${operation.int('to')}`),
      shape: operation.inputs[0]?.shape,
    },
  ],
  CastLike: ({ inputs: [x, like] }) => [{ dtype: like?.dtype, shape: x?.shape }],
  Dropout: ({ inputs: [x] }) => [
    { dtype: x?.dtype, shape: x?.shape },
    { dtype: 'bool', shape: x?.shape },
  ],
};

/** One rule for many operators. */
export function table(rule: Rule, operators: readonly string[]): RuleTable {
  return Object.fromEntries(operators.map((op) => [op, rule]));
}
