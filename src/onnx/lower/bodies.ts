/** Control flow with a body: a Scan over a known length is its body at each step, an If both branches and a choice. */
import { sameShape } from '../builder.js';
import { openBody } from '../codec/index.js';
import type { Graph, Value } from '../graph.js';
import { splice } from '../splice.js';
import type { Call, Lowering, Lowerings } from './lowering.js';

/** Longer scans stay scans. */
const MOST_STEPS = 256;
const MOST_NODES = 20_000;

function bodyOf({ node, captured, details }: Call, name: string): Graph | undefined {
  const attribute = node.attributes[name];
  return typeof attribute === 'object' && 'graph' in attribute ? openBody(attribute.graph, captured, details) : undefined;
}

/** What the body computes; what it takes from around it stands behind its own inputs. */
function computed(body: Graph, own: readonly Value[], { b, captured, make }: Call): readonly Value[] {
  const around = body.inputs.slice(own.length).map((input) => captured.find(({ name }) => name === input.name));
  const given = new Map(body.inputs.map((input, i) => [input, i < own.length ? own[i] : around[i - own.length]]));
  return splice(body, given, b, make);
}

const scan: Lowering = (call) => {
  const { b, node, inputs } = call;
  const body = bodyOf(call, 'body');
  const count = node.int('num_scan_inputs');
  const [states, scanned] = [inputs.slice(0, -count), inputs.slice(-count)] as [Value[], Value[]];
  const list = (name: string, n: number) => node.ints(name, Array<number>(n).fill(0));
  const [axes, ways] = [list('scan_input_axes', count), list('scan_input_directions', count)];
  const positive = (axis: number, rank: number | undefined) => (axis < 0 ? axis + (rank ?? Number.NaN) : axis);
  const along = scanned.map((value, i) => positive(axes[i]!, value.rank));
  const steps = scanned[0]?.shape?.[along[0]!];
  if (!body || typeof steps !== 'number' || steps < 1 || steps > MOST_STEPS) return undefined;
  if (body.nodes.length * steps > MOST_NODES || inputs.some((value) => !value?.dtype)) return undefined;

  let current: readonly Value[] = states;
  const rows: Value[][] = body.outputs.slice(states.length).map(() => []);
  for (let step = 0; step < steps; step++) {
    const elements = scanned.map((value, i) => {
      const place = ways[i] ? steps - 1 - step : step;
      return b.squeeze(b.slice(value, { starts: [place], ends: [place + 1], axes: [along[i]!] }), [along[i]!]);
    });
    const results = computed(body, [...current, ...elements], call);
    current = results.slice(0, states.length);
    for (const [i, row] of rows.entries()) row.push(results[states.length + i]!);
  }
  const [outAxes, outWays] = [list('scan_output_axes', rows.length), list('scan_output_directions', rows.length)];
  const stacked = rows.map((row, i) => {
    const ordered = outWays[i] ? row.toReversed() : row;
    const axis = positive(outAxes[i]!, row[0]!.rank === undefined ? undefined : row[0]!.rank + 1);
    return b.concat(
      ordered.map((value) => b.unsqueeze(value, [axis])),
      axis,
    );
  });
  return [...current, ...stacked];
};

/** Only where both branches yield the same shapes: then neither can fail where the other is taken. */
const branches: Lowering = (call) => {
  const { b, inputs } = call;
  const bodies = ['then_branch', 'else_branch'].map((name) => bodyOf(call, name));
  if (bodies.some((body) => !body || body.nodes.some(({ captured }) => captured.length > 0))) return undefined;
  const [yes, no] = bodies.map((body) => computed(body!, [], call)) as [readonly Value[], readonly Value[]];
  const alike = yes.every((value, i) => value.dtype === no[i]?.dtype && value.dtype && sameShape(value.shape, no[i]!.shape));
  return alike ? yes.map((value, i) => b.op('Where', [inputs[0], value, no[i]])) : undefined;
};

export const bodies = { Scan: scan, If: branches } satisfies Lowerings;
