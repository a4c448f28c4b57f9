/** Whole networks as PyTorch's exporters write them, against PyTorch's gradients in double precision (oracles/make_gradient_fixtures.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { arrayOf, backwardOf, graphOf, plain, runOnce } from '../../../test/finite-differences.js';
import { Builder } from '../../onnx/builder.js';
import { namesOf } from '../../onnx/rewrite.js';
import { simplify } from '../../onnx/simplify.js';
import { upgrade } from '../../onnx/upgrade/index.js';
import { openModelFile } from '../../runtime/node/index.js';
import { decodeNpy } from '../../tensor/npy.js';

interface Oracle {
  readonly name: string;
  readonly net: string;
  readonly method: string;
  readonly model: string;
  readonly input: string;
  /** The class explained in each row. */
  readonly target: readonly number[];
  readonly expected: string;
  readonly tolerance: number;
  readonly logits: readonly (readonly number[])[];
}

/** What a file cannot say: these functions are written alike, and PyTorch takes another derivative at the kink. */
const ambiguous: Readonly<Record<string, string>> = {
  'kink-clamp': 'Clip also stands for relu6 and hardtanh, whose derivative is 0 at both bounds',
  'kink-clamp-0-6': 'Clip',
  'kink-clamp-min': 'Clip',
  'kink-clamp-max': 'Clip',
  'kink-clamp-tensors': 'Clip',
  'kink-max-values': 'ReduceMax also stands for amax, whose ties share',
  'kink-min-values': 'ReduceMin',
  'kink-adaptive-max-1': 'ReduceMax, from the exporter of dynamo',
};

const folder = new URL('../../../test/fixtures/gradient/', import.meta.url);
const read = (file: string) => decodeNpy(readFileSync(new URL(file, folder)), file);
const { cases } = JSON.parse(readFileSync(new URL('cases.json', folder), 'utf8')) as { cases: readonly Oracle[] };

describe('gradients of networks', () => {
  const known = cases.filter(({ method, net }) => method === 'gradient' && !(net in ambiguous));
  it.each(known)('$name', async ({ model, input, target, expected, tolerance, logits }) => {
    const file = openModelFile(new URL(model, folder).pathname).graph;
    const array = read(input);
    const sizes = { [file.inputs[0]!.name]: [-1, ...array.shape.slice(1)] };
    const graph = simplify(upgrade(file), { sizes });
    const [x] = graph.inputs;
    const scores = graph.outputs[0]!;
    const b = new Builder(graph.details.opset, namesOf(graph));
    const backward = backwardOf({ b, inputs: graph.inputs, outputs: [scores] }, [x!]);
    const oneHot = logits.flatMap((row, n) => row.map((_, k) => (k === target[n] ? 1 : 0)));
    const dy = arrayOf(scores.dtype!, oneHot, [logits.length, logits[0]!.length]);
    const [result] = await runOnce(graphOf(backward, backward.outputs), { [x!.name]: array, dy0: dy });
    const wanted = plain(read(expected));
    const largest = Math.max(...wanted.map(Math.abs));
    const error = Math.max(...wanted.map((value, i) => Math.abs(value - result!.values[i]!))) / (largest || 1);
    expect(error).toBeLessThanOrEqual(tolerance);
  });
});
