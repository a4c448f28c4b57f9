/** Operators that ONNX Runtime adds (com.microsoft), as its optimiser and Hugging Face's tools write them. */
import { type Info, Operation } from '../graph.js';
import { convolutions } from './convolution.js';
import { exactQuotient, multiply } from './dims.js';
import { table, unary } from './elementwise.js';
import { movements } from './movement.js';
import { layer } from './normalization.js';
import { pools } from './pooling.js';
import { affine, matrixProduct, product, transposedProduct } from './products.js';
import { contribQuantizations } from './quantization.js';
import { type Rule, type RuleTable, ranked, shapeOf } from './rule.js';

/** The normalised sum of input and skip; mean and deviation; the sum itself. */
const skipped = (operation: Operation): readonly Info[] => {
  const [x, mean, deviation] = layer(operation);
  return [x!, mean!, deviation!, x!];
};

/** As another operator of some of the operands. */
function through(op: string, rule: Rule, indices: readonly number[]): Rule {
  return ({ inputs, attributes }, opset) =>
    rule(
      new Operation(
        op,
        indices.map((i) => inputs[i]),
        attributes,
      ),
      opset,
    );
}

export const contrib: RuleTable = {
  ...contribQuantizations,
  // Without a scale of the result it is a float.
  QGemm: (operation, opset) => {
    const infos = through('Gemm', affine, [0, 3, 6])(operation, opset);
    return operation.inputs[7] ? infos : infos.map((info) => ({ ...info, dtype: 'float32' }));
  },
  QLinearAveragePool: through('AveragePool', pools.AveragePool!, [0]),
  // Scale and zero point of the result, then each operand with its own.
  QLinearConcat: (operation) => {
    const operands = operation.inputs.filter((_, i) => i > 1 && i % 3 === 2);
    return movements.Concat!(new Operation('Concat', operands, operation.attributes), 0);
  },
  MatMulIntegerToFloat: (operation) => product(operation, 'float32'),
  DynamicQuantizeMatMul: (operation) => product(operation, 'float32'),
  ...table(unary, [
    'Gelu',
    'FastGelu',
    'QuickGelu',
    'BiasGelu',
    'BiasAdd',
    'RotaryEmbedding',
    'GroupNorm',
    'Trilu',
    'SimplifiedLayerNormalization',
  ]),
  ...table(skipped, ['SkipLayerNormalization', 'SkipSimplifiedLayerNormalization']),
  FusedConv: convolutions.Conv!,
  FusedGemm: affine,
  FusedMatMul: transposedProduct,
  TransposeMatMul: transposedProduct,
  MatMulNBits: (operation) => {
    const shape = matrixProduct(operation, shapeOf(operation), [operation.int('K'), operation.int('N')]);
    return [{ dtype: operation.inputs[0]?.dtype, shape }];
  },
  // Packed projection: [batch, length, channels] stays, and the cache of keys and values is not followed.
  Attention: (operation) => {
    const x = ranked(operation, 0, 3, 3);
    const weights = ranked(operation, 1, 2, 2)?.[1];
    const hidden = operation.has('qkv_hidden_sizes')
      ? operation.ints('qkv_hidden_sizes')[2]
      : typeof weights === 'number'
        ? weights / 3
        : undefined;
    return [{ dtype: operation.inputs[0]?.dtype, shape: x && hidden !== undefined ? [x[0]!, x[1]!, hidden] : undefined }];
  },
  MultiHeadAttention: (operation) => {
    const query = shapeOf(operation);
    const value = shapeOf(operation, 2);
    const shape = query?.length === 3 && value?.length === 3 ? [query[0]!, query[1]!, value[2]!] : undefined;
    return [{ dtype: operation.inputs[0]?.dtype, shape }];
  },
  // Without keys the queries are packed with keys and values behind them.
  GroupQueryAttention: (operation) => {
    const query = shapeOf(operation);
    const heads = operation.int('num_heads');
    const width = query && exactQuotient(multiply(query[2]!, heads), heads + 2 * operation.int('kv_num_heads'));
    const shape = query && (operation.inputs[1] ? query : width === undefined ? undefined : query.with(2, width));
    const dtype = operation.inputs[0]?.dtype;
    return [{ dtype, shape }, { dtype }, { dtype }];
  },
};
