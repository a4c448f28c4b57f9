import { describe, expect, it } from 'vitest';
import { computed, differenceOf, noise, open, read } from '../../test/transformers.js';
import { prepare } from '../explain/subject.js';
import { comparedWithTexts } from '../explain/text-scores.js';
import { numbers } from '../onnx/tensor.js';
import { decompose } from './decomposition.js';
import { transformerBetween } from './transformer.js';

describe('the decomposition', () => {
  it.each(['wide', 'registers'])('of %s equals the formula, cell by cell', async (name) => {
    const { graph, input, scores } = prepare((await open(name)).graph);
    const x = read(`${name}.input`);
    const [cells] = await computed(graph, { [input.name]: x }, (b) => {
      const score = b.reduceSum(b.slice(scores, { starts: [3], ends: [4], axes: [1] }), [1], false);
      const parts = decompose(b, transformerBetween(input, scores), score);
      return [
        b.concat(
          parts.map(({ contributions }) => b.unsqueeze(contributions, [1])),
          1,
        ),
      ];
    });
    const wanted = read(`${name}.contributions`);
    expect(cells!.shape).toEqual(wanted.shape);
    expect(differenceOf(cells!.data, wanted.data)).toBeLessThan(2e-5);
  });

  // By another way than the gradient: each branch times the functional that the final normalisation and the projection are.
  it('adds up to the cosine with what the MLPs and the start add', async () => {
    const subject = prepare((await open('clip-openclip/onnx/vision_model')).graph);
    const text = noise([1, 24]);
    const compared = comparedWithTexts(subject, { vectors: text, phrases: ['text'] });
    const { input, scores, graph, given } = compared;
    const x = noise([2, 3, 48, 48], 0.7);
    const [cells, mlps, cosine] = await computed(graph, { ...given, [input.name]: x }, (b) => {
      const transformer = transformerBetween(input, scores);
      const { stream } = transformer;
      const score = b.squeeze(scores, [1]);
      const parts = decompose(b, transformer, score).map(({ contributions }) => b.reduceSum(contributions, [1, 2], false));
      const end = stream.at(-1)!.sum;
      const token = (value: typeof end) => b.squeeze(b.slice(value, { starts: [0], ends: [1], axes: [0] }), [0]);
      const z = token(end);
      const mean = b.reduceMean(z, [1]);
      const deviation = b.sqrt(b.add(b.reduceMean(b.square(b.sub(z, mean)), [1]), 1e-5));
      // Each part of the stream less its share of the mean, normalised, projected, over the length of the embedding.
      const { inputs } = transformer.flow.nodes.findLast(({ op }) => op === 'LayerNormalization')!;
      const embedding = subject.scores;
      const projection = embedding.producer!.inputs[1]!;
      const count = stream.length + 1;
      const unit = b.transpose(b.constant(numbers('float32', [...(given!.texts!.data as Float32Array)], [1, 24])), [1, 0]);
      const share = (part: typeof end) => {
        const normal = b.add(b.mul(b.div(b.sub(part, b.div(mean, count)), deviation), inputs[1]!), b.div(inputs[2]!, count));
        return b.squeeze(b.div(b.matMul(b.matMul(normal, projection), unit), b.reduce('ReduceL2', embedding, [1])), [1]);
      };
      const added = stream.filter(({ attention }) => !attention).map(({ branch }) => token(branch));
      const start = b.sub(z, stream.map(({ branch }) => token(branch)).reduce(b.add));
      return [parts.reduce(b.add), [...added, start].map(share).reduce(b.add), score];
    });
    for (const row of [0, 1]) expect(cells!.data[row]! + mlps!.data[row]!).toBeCloseTo(cosine!.data[row]!, 5);
  });
});
