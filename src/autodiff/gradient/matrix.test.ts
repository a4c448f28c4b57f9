import { gradientCases } from '../../../test/gradient-cases.js';
import { constant, float } from '../../../test/samples.js';

// Bilinear: central differences are exact for any step.
const bilinear = { step: 0.25, rtol: 1e-4 };

gradientCases(
  'matrix products',
  [
    ['MatMul', { a: [2, 3], b: [3, 4] }, {}, { types: { float16: 1e-2, float64: 1e-4 } }],
    ['MatMul', { a: [2, 5, 3], b: [3, 4] }],
    ['MatMul', { a: [2, 5, 3], b: constant([3, 4]) }],
    ['MatMul', { a: [2, 2, 5, 3], b: [3, 4] }],
    ['MatMul', { a: [2, 5, 3], b: [2, 3, 4] }],
    ['MatMul', { a: [5, 3], b: [2, 3, 4] }],
    ['MatMul', { a: [2, 1, 5, 3], b: [4, 3, 2] }],
    ['MatMul', { a: [1, 5, 3], b: [2, 3, 4] }],
    ['MatMul', { a: [2, 5, 3], b: [1, 3, 4] }],
    ['MatMul', { a: [3], b: [3, 4] }],
    ['MatMul', { a: [2, 3], b: [3] }],
    ['MatMul', { a: [3], b: [3] }, {}, { batch: false }],
    ['MatMul', { a: [3], b: [2, 3, 4] }],
    ['MatMul', { a: [2, 5, 3], b: [3] }],
    ['MatMul', { a: [2, 4, 5, 3], b: [3] }],
    ['MatMul', { a: [2, 3, 3], b: 'a' }],
    ['Gemm', { a: [2, 3], b: [3, 4] }, {}, { types: { float16: 1e-2, float64: 1e-4 } }],
    ['Gemm', { a: [2, 3], b: [3, 4], c: [4] }],
    ['Gemm', { a: [2, 3], b: [4, 3], c: [4] }, { transB: 1 }],
    ['Gemm', { a: [3, 2], b: [3, 4], c: [2, 4] }, { transA: 1, alpha: float(0.5) }, { batch: false }],
    ['Gemm', { a: [3, 2], b: [4, 3], c: [2, 1] }, { transA: 1, transB: 1, beta: float(0.25) }, { batch: false }],
    ['Gemm', { a: [2, 3], b: [4, 3], c: [1, 4] }, { transB: 1, alpha: float(1.5), beta: float(-2) }],
    ['Gemm', { a: [2, 3], b: [3, 4], c: [] }, { beta: float(3) }],
    ['Gemm', { a: [2, 3], b: constant([3, 4]), c: constant([4]) }],
  ],
  bilinear,
);

gradientCases(
  'einsum',
  [
    ['Einsum', { a: [2, 3], b: [3, 4] }, { equation: 'ij,jk->ik' }],
    ['Einsum', { a: [2, 5, 3], b: [2, 3, 4] }, { equation: 'bij,bjk->bik' }],
    ['Einsum', { a: [2, 5, 3], b: [3, 4] }, { equation: '...ij,jk->...ik' }],
    ['Einsum', { a: [2, 2, 5, 3], b: [2, 2, 3, 4] }, { equation: '...ij, ...jk -> ...ik' }],
    ['Einsum', { a: [2, 3], b: [3, 4] }, { equation: 'ij,jk' }],
    ['Einsum', { a: [2, 3], b: [3, 4] }, { equation: 'bj,ja' }],
    ['Einsum', { a: [2, 5, 3], b: [3] }, { equation: '...j,j' }],
    ['Einsum', { a: [2, 3] }, { equation: 'ij->ji' }],
    ['Einsum', { a: [2, 3] }, { equation: 'ij->j' }],
    ['Einsum', { a: [2, 3, 4] }, { equation: 'ijk->' }],
    ['Einsum', { a: [3, 3] }, { equation: 'ii->i' }, { batch: false }],
    ['Einsum', { a: [3, 3] }, { equation: 'ii->' }, { batch: false }],
    ['Einsum', { a: [3, 3] }, { equation: 'ii' }, { batch: false }],
    ['Einsum', { a: [2, 3, 3] }, { equation: 'bii->bi' }],
    ['Einsum', { a: [2, 3, 3] }, { equation: '...ii->...i' }],
    ['Einsum', { a: [2, 3], b: [4] }, { equation: 'ij,k->ik' }],
    ['Einsum', { a: [2, 3], b: [2, 3] }, { equation: 'ij,ij->' }],
    ['Einsum', { a: [2, 3], b: [4] }, { equation: 'ij,k->ijk' }],
    ['Einsum', { a: [2, 3], b: [3, 4], c: [4, 2] }, { equation: 'ij,jk,kl->il' }],
    ['Einsum', { a: [2, 3], b: [3, 4], c: [4] }, { equation: 'ij,jk,k->ijk' }],
    ['Einsum', { a: [2, 3, 5, 4], b: [2, 3, 6, 4] }, { equation: 'bhqd,bhkd->bhqk' }],
    ['Einsum', { a: [2, 5, 3, 4], b: [2, 6, 3, 4] }, { equation: 'bqhd,bkhd->bhqk' }],
    ['Einsum', { a: [2, 3], b: 'a' }, { equation: 'ij,kj->ik' }],
    // An ellipsis broadcasts axes of size 1.
    ['Einsum', { a: [1, 5, 3], b: [2, 3, 4] }, { equation: '...ij,...jk->...ik' }],
    ['Einsum', { a: [2, 3, 4] }, { equation: 'i...->...i' }],
    ['Einsum', { a: [2, 3, 4] }, { equation: '...j->...' }],
    ['Einsum', { a: [2, 3, 4], b: [2, 3, 4] }, { equation: 'i...,i...->...' }],
  ],
  bilinear,
);
