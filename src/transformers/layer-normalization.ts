/** Layer normalisation that an exporter wrote out in primitives, as one operator again; and what is left of one without a mean. */
import type { Builder } from '../onnx/builder.js';
import type { Node, Value } from '../onnx/graph.js';
import { numberOf, numbersOf } from '../onnx/infer/content.js';

/** (x - mean) / sqrt(var + epsilon) scale + bias over the last axis; a bias may be missing. */
interface Parts {
  readonly x: Value;
  readonly epsilon: number;
  readonly scale: Value;
  readonly bias?: Value;
}

/** The operator for the product with the scale, and again for the sum with the bias, under the node's name; none for any other node. */
export function fusedNormalization(node: Node, inputs: readonly (Value | undefined)[], b: Builder): readonly Value[] | undefined {
  if (node.domain !== '') return undefined;
  const parts = node.op === 'Mul' ? scaledOf(inputs) : node.op === 'Add' ? biasedOf(inputs) : undefined;
  if (!parts) return undefined;
  const { name } = node.output();
  const outputs = [name, b.freshName(`${name}.mean`), b.freshName(`${name}.inverse_deviation`)];
  const attributes = { axis: -1, epsilon: { float: parts.epsilon } };
  const { x, scale, bias } = parts;
  return [
    b.op('LayerNormalization', bias ? [x, scale, bias] : [x, scale], attributes, {
      outputs,
      name: node.name,
      metadata: node.metadata,
    }),
  ];
}

function scaledOf(operands: readonly (Value | undefined)[]): Parts | undefined {
  for (const [normal, scale] of eitherWay(operands)) {
    const found = isVector(scale) ? standardised(normal) : undefined;
    if (found && scale.shape![0] === found.x.shape!.at(-1)) return { ...found, scale };
  }
  return undefined;
}

/** The bias joins what its factor was made of. */
function biasedOf(operands: readonly (Value | undefined)[]): Parts | undefined {
  for (const [{ producer: scaled }, bias] of eitherWay(operands)) {
    if (!isVector(bias) || scaled?.op !== 'LayerNormalization' || scaled.inputs.length !== 2) continue;
    const [x, scale] = scaled.inputs as [Value, Value];
    const isOverLast = [-1, x.rank! - 1].includes(scaled.int('axis', -1));
    if (isOverLast && bias.shape![0] === scale.shape![0] && scale.rank === 1)
      return { x, epsilon: scaled.float('epsilon', 1e-5), scale, bias };
  }
  return undefined;
}

/** Of a product x / rms(x) written with a reciprocal, or with a power: the index of x. */
export function normalisedFactor({ inputs }: Node): number | undefined {
  return [0, 1].find((at) => {
    const square = averagedUnder(inputs[1 - at]!);
    return square && isSquareOf(square, inputs[at]!);
  });
}

const steps: ReadonlySet<string> = new Set(['Add', 'Sqrt', 'Reciprocal', 'Div', 'Pow', 'Max', 'Clip', 'Cast', 'Identity']);

/** What a statistic is the mean of over the last axis, before constants are added and roots drawn. */
function averagedUnder(statistic: Value): Value | undefined {
  const { producer } = statistic;
  const [own, other] = producer?.inputs.filter((input) => input && !input.tensor) ?? [];
  if (!producer || !own || other) return undefined;
  if (isLastMean(statistic, own)) return own;
  return producer.domain === '' && steps.has(producer.op) ? averagedUnder(own) : undefined;
}

/** Centred, over the root of the mean square with epsilon. */
function standardised({ producer }: Value): Pick<Parts, 'x' | 'epsilon'> | undefined {
  const [centred, deviation] = producer?.op === 'Div' ? producer.inputs : [];
  const variance = deviation?.producer?.op === 'Sqrt' ? deviation.producer.inputs[0]?.producer : undefined;
  if (centred?.producer?.op !== 'Sub' || variance?.op !== 'Add') return undefined;
  const [x, mean] = centred.producer.inputs;
  if (!x || mean?.producer?.inputs[0] !== x || !isLastMean(mean, x)) return undefined;
  for (const [square, added] of eitherWay(variance.inputs)) {
    const epsilon = numberOf(added);
    const squared = square.producer?.op === 'ReduceMean' ? square.producer.inputs[0] : undefined;
    if (epsilon !== undefined && squared && isLastMean(square, squared) && isSquareOf(squared, centred)) return { x, epsilon };
  }
  return undefined;
}

function isLastMean({ producer }: Value, of: Value): boolean {
  if (producer?.op !== 'ReduceMean') return false;
  const axes = producer.has('axes') ? producer.ints('axes') : numbersOf(producer.inputs[1]);
  return axes?.length === 1 && (axes[0] === -1 || axes[0] === (of.rank ?? 0) - 1) && producer.int('keepdims', 1) === 1;
}

function isSquareOf({ producer }: Value, x: Value): boolean {
  if (producer?.op === 'Mul') return producer.inputs.every((input) => input === x || isSame(input, x));
  return producer?.op === 'Pow' && isSame(producer.inputs[0], x) && numberOf(producer.inputs[1]) === 2;
}

/** Some exporters centre twice. */
function isSame(a: Value | undefined, x: Value): boolean {
  if (a === x) return true;
  const [own, other] = [a?.producer, x.producer];
  return (
    own?.op === 'Sub' && other?.op === 'Sub' && own.inputs[0] === other.inputs[0] && isLastMean(own.inputs[1]!, own.inputs[0]!)
  );
}

const isVector = ({ tensor, rank }: Value): boolean => tensor !== undefined && rank === 1;

function eitherWay([a, c]: readonly (Value | undefined)[]): readonly [Value, Value][] {
  return a && c
    ? [
        [a, c],
        [c, a],
      ]
    : [];
}
