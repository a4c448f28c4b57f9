/** Operators that only move or pick elements: on integers they do what they do on steps. */
import { type Code, sameCode, stepsOf } from './code.js';
import type { QuantizedRule, QuantizedRules } from './step.js';

const isSingle = ({ scale }: Code): boolean => !scale.rank || (scale.rank === 1 && scale.shape![0] === 1);

/** The first input is moved; the others say where to. */
const moved: QuantizedRule = ({ node, inputs, b, codeOf }) => {
  const code = codeOf(inputs[0]);
  if (!code || !isSingle(code)) return undefined;
  const { attributes, outputs } = node;
  const made = b.node(
    node.op,
    inputs,
    attributes,
    outputs.length > 1 ? { outputs: outputs.length, infos: outputs.map(({ info }) => ({ shape: info.shape })) } : {},
  );
  return made.outputs
    .slice(0, outputs.length)
    .map((value, i) => (node.op === 'MaxPool' && i > 0 ? value : { steps: value, code }));
};

/** All inputs are moved, and are of one code. */
const joined: QuantizedRule = ({ node, inputs, b, codeOf, steps }) => {
  const code = inputs.map(codeOf).find(Boolean);
  if (!code || !isSingle(code) || !inputs.every((input) => !codeOf(input) || sameCode(codeOf(input)!, code))) return undefined;
  const operands = inputs.map((_, i) => steps(i, code));
  return [{ steps: b.op(node.op, operands, node.attributes), code }];
};

/** What is put around is an integer too. */
const padded: QuantizedRule = ({ node, inputs, b, codeOf }) => {
  const code = codeOf(inputs[0]);
  if (!code || !isSingle(code)) return undefined;
  const [x, pads, value, ...axes] = inputs;
  const filling = stepsOf(b, value ?? b.scalar(0, code.dtype), code);
  return [{ steps: b.op('Pad', [x, pads, filling, ...axes], node.attributes), code }];
};

export const movement: QuantizedRules = {
  ...Object.fromEntries(
    [
      ...['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Expand', 'Tile', 'Identity', 'Slice', 'Split'],
      ...['Gather', 'GatherElements', 'GatherND', 'DepthToSpace', 'SpaceToDepth', 'MaxPool', 'Resize', 'ReduceMax', 'ReduceMin'],
    ].map((op) => [op, moved]),
  ),
  Concat: joined,
  Max: joined,
  Min: joined,
  Pad: padded,
};
