import { expect, it } from 'vitest';
import { computed, noise } from '../../test/transformers.js';
import { Builder } from '../onnx/builder.js';
import { Graph } from '../onnx/graph.js';
import { median3x3 } from './median.js';

it.each(['edge', 'zero'] as const)('is the median of nine places, %s at the border', async (border) => {
  const maps = noise([1, 3, 4, 6]);
  const b = new Builder(17);
  const x = b.input('x', 'float32', maps.shape);
  const details = { opset: 17, domains: {}, metadata: {}, producer: '', functions: [] };
  const graph = new Graph({ name: 'median', inputs: [x], outputs: [x], details });
  const [got] = await computed(graph, { x: maps }, (builder) => [median3x3(builder, x, border)]);
  const at = (map: number, row: number, column: number) => {
    const outside = row < 0 || row > 3 || column < 0 || column > 5;
    if (outside && border === 'zero') return 0;
    return maps.data[map * 24 + Math.min(3, Math.max(0, row)) * 6 + Math.min(5, Math.max(0, column))]!;
  };
  const wanted = Array.from({ length: 72 }, (_, i) => {
    const [map, row, column] = [Math.floor(i / 24), Math.floor((i % 24) / 6), i % 6];
    const nine = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => at(map, row + dy, column + dx)));
    return nine.sort((p, q) => p - q)[4]!;
  });
  expect([...got!.data]).toEqual(wanted);
});
