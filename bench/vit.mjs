/**
 * Writes a vision transformer of ViT-B/16's shape with weights by chance, to measure explanations on: speed does not depend on weights.
 *
 *   node bench/vit.mjs vit-b16.onnx [--depth 12] [--width 768] [--heads 12]
 *   npm run bench -- --model vit-b16.onnx --method attention,attention-rollout,legrad,textspan,transformer-attribution
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Builder } from '../dist/onnx/builder.js';
import { Graph } from '../dist/onnx/graph.js';
import { encodeModel } from '../dist/onnx/index.js';
import { floats, ints } from '../dist/onnx/tensor.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    depth: { type: 'string', default: '12' },
    width: { type: 'string', default: '768' },
    heads: { type: 'string', default: '12' },
  },
});
const [depth, width, heads] = [values.depth, values.width, values.heads].map(Number);
const [patch, size, classes] = [16, 224, 1000];
const grid = size / patch;
const tokens = grid * grid + 1;

let state = 1;
const uniform = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32 - 0.5;
};
const b = new Builder(17);
const random = (shape, scale) =>
  b.constant(
    floats(
      Array.from({ length: shape.reduce((x, y) => x * y) }, () => uniform() * scale),
      shape,
    ),
    b.freshName('weight'),
  );
const linear = (x, from, to) => b.add(b.matMul(x, random([from, to], 2 / Math.sqrt(from))), random([to], 0.1));
const normalised = (x) => b.op('LayerNormalization', [x, b.add(random([width], 0.2), 1), random([width], 0.1)], { axis: -1 });
const gelu = (x) => b.mul(b.mul(x, b.add(b.erf(b.div(x, Math.SQRT2)), 1)), 0.5);

const image = b.input('pixel_values', 'float32', ['batch', 3, size, size]);
const patches = b.op('Conv', [image, random([width, 3, patch, patch], 0.1)], { strides: [patch, patch] });
const sequence = b.transpose(b.reshape(patches, [0, width, -1]), [0, 2, 1]);
const first = b.expandLike(random([1, 1, width], 1), b.slice(sequence, { starts: [0], ends: [1], axes: [1] }));
let stream = b.add(b.concat([first, sequence], 1), random([1, tokens, width], 1));
for (let block = 0; block < depth; block++) {
  const x = normalised(stream);
  const byHead = (y, perm = [0, 2, 1, 3]) => b.transpose(b.reshape(y, [0, tokens, heads, width / heads]), perm);
  const [q, k, v] = [0, 1, 2].map(() => linear(x, width, width));
  const scores = b.mul(b.matMul(byHead(q), byHead(k, [0, 2, 3, 1])), 1 / Math.sqrt(width / heads));
  const weighted = b.matMul(b.op('Softmax', [scores], { axis: -1 }), byHead(v));
  const joined = b.reshape(b.transpose(weighted, [0, 2, 1, 3]), [0, tokens, width]);
  stream = b.add(stream, linear(joined, width, width));
  stream = b.add(stream, linear(gelu(linear(normalised(stream), width, 4 * width)), 4 * width, width));
}
const token = b.gather(normalised(stream), b.constant(ints([0], [])), 1);
const logits = b.named('logits', linear(token, width, classes));

const details = { opset: 17, domains: {}, metadata: {}, producer: 'sightline bench', functions: [] };
const graph = new Graph({ name: 'vit', inputs: [image], outputs: [logits], details });
writeFileSync(positionals[0] ?? 'vit.onnx', encodeModel(graph));
