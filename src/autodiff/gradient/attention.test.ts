import { gradientCases } from '../../../test/gradient-cases.js';
import { bools, constant, float, type OperandLike } from '../../../test/samples.js';

/** Queries, keys and values: [N, heads, L, D]. */
const separate = { q: [2, 2, 3, 4], k: [2, 2, 5, 4], v: [2, 2, 5, 3] } satisfies Record<string, OperandLike>;
const seen = bools([1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1], [3, 5]);

gradientCases(
  'attention',
  [
    ['Attention', separate],
    ['Attention', { x: [2, 2, 3, 4], y: 'x', z: 'x' }],
    ['Attention', separate, { scale: float(0.9) }],
    ['Attention', { ...separate, mask: constant([3, 5]) }],
    ['Attention', { ...separate, mask: [2, 1, 3, 5] }],
    ['Attention', { ...separate, mask: seen }],
    ['Attention', { q: [2, 2, 4, 3], k: [2, 2, 4, 3], v: [2, 2, 4, 3] }, { is_causal: 1 }],
    ['Attention', { q: [2, 4, 3, 2], k: [2, 2, 5, 2], v: [2, 2, 5, 2] }],
    ['Attention', { q: [2, 3, 8], k: [2, 5, 8], v: [2, 5, 6] }, { q_num_heads: 2, kv_num_heads: 2 }],
    ['Attention', { q: [2, 3, 8], k: [2, 5, 4], v: [2, 5, 4] }, { q_num_heads: 4, kv_num_heads: 2 }],
  ],
  { opset: 23 },
);
