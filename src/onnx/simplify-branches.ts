/** Control flow that is known beforehand: an If is the branch that is taken, a Loop is its body, as often as it runs. */
import type { Builder } from './builder.js';
import { openBody } from './codec/index.js';
import type { Attribute, Graph, ModelDetails, Node, Value } from './graph.js';
import { numberOf } from './infer/content.js';
import type { Operands } from './rewrite.js';
import { type Make, type Results, splice } from './splice.js';
import { ints, numbers } from './tensor.js';

/** Longer loops stay loops. */
const MOST_RUNS = 256;
const MOST_NODES = 20_000;

/** What stands for the outputs of such a node, the nodes inside made by `make`; none for every other node. */
export function unfolded(node: Node, operands: Operands, details: ModelDetails, b: Builder, make: Make): Results | undefined {
  if (node.domain !== '') return undefined;
  if (node.op === 'If') return takenBranch(node, operands, details, b, make);
  return node.op === 'Loop' ? unrolled(node, operands, details, b, make) : undefined;
}

function takenBranch(node: Node, { inputs, captured }: Operands, details: ModelDetails, b: Builder, make: Make) {
  const condition = numberOf(inputs[0]);
  if (condition === undefined) return undefined;
  const body = bodyOf(node.attributes[condition ? 'then_branch' : 'else_branch'], captured, details);
  return body && splice(body, outside(body, 0, captured), b, make);
}

/** Inputs: how often at most, whether at all, states. The body: run number, condition, states; then condition, states, rows of stacks. */
function unrolled(node: Node, { inputs, captured }: Operands, details: ModelDetails, b: Builder, make: Make) {
  const [times, condition, ...initial] = inputs;
  const runs = numberOf(times);
  if (runs === undefined || runs < 1 || runs > MOST_RUNS || (condition && numberOf(condition) !== 1)) return undefined;
  const body = bodyOf(node.attributes.body, captured, details);
  const own = initial.length + 2;
  if (!body || body.nodes.length * runs > MOST_NODES || initial.some((state) => !state?.dtype)) return undefined;

  const around = outside(body, own, captured);
  let states: readonly (Value | undefined)[] = initial;
  const rows: Value[][] = body.outputs.slice(initial.length + 1).map(() => []);
  for (let run = 0; run < runs; run++) {
    const arguments_ = [b.constant(intScalar(run)), b.constant(boolScalar(1)), ...states];
    const given = new Map([...around, ...body.inputs.slice(0, own).map((input, i) => [input, arguments_[i]] as const)]);
    const [goesOn, ...results] = splice(body, given, b, make);
    if (goesOn !== arguments_[1] && numberOf(goesOn) === undefined) return undefined;
    states = results.slice(0, initial.length);
    for (const [i, row] of rows.entries()) row.push(results[initial.length + i]!);
    if (goesOn !== arguments_[1] && numberOf(goesOn) === 0) break;
  }
  return [
    ...states,
    ...rows.map((row) =>
      b.concat(
        row.map((value) => b.unsqueeze(value, [0])),
        0,
      ),
    ),
  ];
}

function bodyOf(attribute: Attribute | undefined, captured: readonly Value[], details: ModelDetails): Graph | undefined {
  return typeof attribute === 'object' && 'graph' in attribute ? openBody(attribute.graph, captured, details) : undefined;
}

/** What a body takes from around it; it stands behind its own inputs. */
function outside(body: Graph, own: number, captured: readonly Value[]): Map<Value, Value> {
  return new Map(body.inputs.slice(own).map((input) => [input, captured.find(({ name }) => name === input.name)!]));
}

const intScalar = (value: number) => ints([value], []);
const boolScalar = (value: number) => numbers('bool', [value], []);
