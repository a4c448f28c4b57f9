import { describe, expect, it } from 'vitest';
import { computed, differenceOf, noise, open } from '../../test/transformers.js';
import { explain } from '../explain/explain.js';
import { prepare } from '../explain/subject.js';
import { substitute } from '../methods/substitute.js';
import { Builder } from '../onnx/builder.js';
import { Graph } from '../onnx/graph.js';
import { namesOf } from '../onnx/rewrite.js';
import { numbers } from '../onnx/tensor.js';
import { registersOf } from './registers.js';
import { transformerBetween } from './transformer.js';

/** A model whose tokens at some patches have a long vector more in the residual stream, from its start on. */
async function withPlanted(name: string, patches: readonly number[], length = 400) {
  const model = await open(name);
  const { graph, input, scores } = prepare(model.graph);
  const { stream, tokens } = transformerBetween(input, scores);
  const [first] = stream;
  const start = first!.sum.producer!.inputs.find((value) => value !== first!.branch)!;
  const tokensFirst = start.shape![0] === tokens.count;
  const width = start.shape![2] as number;
  const planted = new Float32Array(tokens.count * width);
  for (const patch of patches)
    for (let i = 0; i < width; i++) planted[(tokens.first + patch) * width + i] = (length / Math.sqrt(width)) * (i % 2 ? 1 : -1);
  const b = new Builder(graph.details.opset, namesOf(graph));
  const shape = tokensFirst ? [tokens.count, 1, width] : [1, tokens.count, width];
  const longer = b.add(start, b.constant(numbers('float32', [...planted], shape)));
  const renewed = substitute(b, { ends: [scores], replaced: new Map([[start, longer]]) })(scores);
  const output = b.named('planted', renewed);
  return { ...model, graph: new Graph({ ...graph, inputs: graph.inputs, outputs: [output] }) };
}

const wide = noise([1, 3, 32, 48], 0.4);

describe('pseudo-registers', () => {
  it.each([
    ['wide', wide.shape, [7]],
    ['wide', wide.shape, [0, 23]],
    ['registers', [1, 3, 32, 32], [5, 6]],
    ['mean', [1, 3, 32, 32], [10]],
  ])('of %s %j are the patches with long tokens: %j', async (name, shape, patches) => {
    const model = await withPlanted(name, patches);
    const { graph, input, scores } = prepare(model.graph);
    const [mask] = await computed(graph, { [input.name]: noise(shape, 0.4) }, (b) => [
      registersOf(b, transformerBetween(input, scores))!,
    ]);
    expect([...mask!.data.keys()].filter((i) => mask!.data[i])).toEqual(patches);
  });

  it.each([['none where tokens are alike', []] as const, ['none where there are many', [0, 3, 6, 9, 12]] as const])(
    'are %s',
    async (_, patches) => {
      const { attribution, rows, notes } = await explain(await withPlanted('wide', patches), 'attention', wide);
      expect(attribution.shape).toEqual([1, 4, 6]);
      expect(rows[0]!.registers).toEqual([]);
      expect(notes.join()).not.toMatch(/register/);
    },
  );

  it('lie in a stream of tokens first, too', async () => {
    const texts = { vectors: noise([1, 24]), phrases: ['text'] };
    const model = await withPlanted('clip-openclip/onnx/vision_model', [14]);
    const { rows } = await explain(model, 'textspan', noise([2, 3, 48, 48], 0.4), { texts });
    expect(rows.map(({ registers }) => registers)).toEqual([[[2, 2]], [[2, 2]]]);
  });

  it('are said with maps of patches and no others, and taken out of the map on request', async () => {
    const model = await withPlanted('wide', [7]);
    const kept = await explain(model, 'textspan', wide);
    expect(kept.rows[0]!.registers).toEqual([[1, 1]]);
    expect(kept.notes.at(-1)).toMatch(
      /^1 patch has a token of a far higher norm than the others, as a register \(row\/column 1\/1\)/,
    );
    expect((await explain(model, 'gradient', wide)).rows[0]!.registers).toBeUndefined();
    const without = await explain(model, 'textspan', wide, { options: { registers: 'median' } });
    const around = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => kept.attribution.data[6 * row + column]!));
    const wanted = kept.attribution.data.slice();
    wanted[7] = around.sort((p, q) => p - q)[4]!;
    expect(differenceOf(without.attribution.data, wanted)).toBeLessThan(1e-6);
    expect(differenceOf(without.attribution.data, kept.attribution.data)).toBeGreaterThan(0.01);
  });

  it('are the register part of chili where a filter looks for their norm', async () => {
    const model = await withPlanted('wide', [7]);
    const options = { options: { part: 'register', filter: 'high-norm' } };
    const { data } = (await explain(model, 'chili', wide, options)).attribution;
    expect([...data.keys()].filter((i) => data[i] !== 0)).toEqual([7]);
  });

  it.each(['attention-rollout', 'attention-gradient', 'transformer-attribution', 'legrad', 'textspan'])(
    'change nothing else in the map of %s',
    async (method) => {
      const model = await withPlanted('wide', [7]);
      const kept = (await explain(model, method, wide)).attribution.data;
      const without = (await explain(model, method, wide, { options: { registers: 'median' } })).attribution.data;
      const changed = [...kept.keys()].filter((i) => Math.abs(kept[i]! - without[i]!) > 1e-6);
      expect(changed.every((i) => i === 7)).toBe(true);
    },
  );
});
