/** What is written for a convolution, a ReLU and a dense layer, to be read. */
import { expect, it } from 'vitest';
import { graphOf } from '../../../test/finite-differences.js';
import { tensor } from '../../../test/relevance-scene.js';
import { Builder } from '../../onnx/builder.js';
import { printGraph } from '../../onnx/print.js';
import { compositeNamed } from './composites.js';
import { relevance } from './relevance.js';

function emitted(composite: string): string[] {
  const b = new Builder(17);
  const x = b.input('x', 'float32', [1, 1, 3, 3]);
  const named = { name: 'conv', outputs: ['conv'] };
  const positive = b.op('Relu', [x], {}, { name: 'pixels', outputs: ['pixels'] });
  const map = b.op('Conv', [positive, tensor(b, [1, -1, 2, -2], [1, 1, 2, 2]), tensor(b, [0.5])], {}, named);
  const open = b.op('Relu', [map], {}, { name: 'relu', outputs: ['relu'] });
  const flat = b.op('Flatten', [open], {}, { name: 'flatten', outputs: ['flatten'] });
  const y = b.op('Gemm', [flat, tensor(b, [1, 2, 3, 4], [4, 1])], {}, { name: 'logits', outputs: ['logits'] });
  const { values } = relevance(b, {
    composite: compositeNamed(composite),
    seeds: new Map([[y, y]]),
    sources: [x],
    seedsVanish: true,
  });
  const text = printGraph(graphOf({ b, inputs: [x], outputs: [] }, values));
  const lines = text.split('\n').map((line) =>
    line
      .replaceAll('sightline/', '')
      .replace(/ {2,}\[.*$/, '')
      .replace(/\.out/g, ''),
  );
  return lines.slice(lines.findIndex((line) => line.includes('%logits = ')) + 1, -2);
}

it('epsilon-plus: of z-plus no pass for negative inputs, of epsilon the sign of the logit', () => {
  expect(emitted('epsilon-plus')).toMatchInlineSnapshot(`
    [
      "%Reshape = Reshape(const_1, [-1,1,1]) ; layers as one",
      "%Less = Less(%logits, const_4) ; epsilon of Gemm",
      "%Cast = Cast(%Less) {to: 1} ; epsilon of Gemm",
      "%Add = Add(%logits, const_5) ; epsilon of Gemm",
      "%Mul = Mul(%Cast, const_6) ; epsilon of Gemm",
      "%Sub = Sub(%Add, %Mul) ; epsilon of Gemm",
      "%Div = Div(%logits, %Sub) ; epsilon of Gemm",
      "%Gemm = Gemm(%Div, const_2) {transA: 0, transB: 1, alpha: 1} ; epsilon of Gemm",
      "%Mul_1 = Mul(%flatten, %Gemm) ; epsilon of Gemm",
      "%Reshape_1 = Reshape(%Mul_1, [1,1,2,2]) ; routed of Flatten",
      "%Relu = Relu(%Reshape) ; z-plus of Conv",
      "%Relu_1 = Relu(const) ; z-plus of Conv",
      "%Reshape_2 = Reshape(%Relu, [-1]) ; z-plus of Conv",
      "%Conv = Conv(%pixels, %Relu_1, %Reshape_2) ; z-plus of Conv",
      "%Add_1 = Add(%Conv, const_5) ; z-plus of Conv",
      "%Div_1 = Div(%Reshape_1, %Add_1) ; z-plus of Conv",
      "%Slice = Slice(%Relu_1, [-1,-1], [-9007199254740991,-9007199254740991], [2,3], [-1,-1]) ; z-plus of Conv",
      "%Conv_1 = Conv(%Div_1, %Slice) {kernel_shape: [2,2], dilations: [1,1], group: 1, pads: [1,1,1,1], strides: [1,1]} ; z-plus of Conv",
      "%Mul_2 = Mul(%pixels, %Conv_1) ; z-plus of Conv",
    ]
  `);
});

it('gamma: of four passes one, as inputs are not negative and no relevance comes to a closed ReLU', () => {
  expect(emitted('gamma').filter((line) => line.endsWith('of Conv'))).toMatchInlineSnapshot(`
    [
      "%Relu_2 = Relu(%Reshape) ; gamma of Conv",
      "%Mul_6 = Mul(%Relu_2, const_4) ; gamma of Conv",
      "%Add_5 = Add(%Reshape, %Mul_6) ; gamma of Conv",
      "%Relu_3 = Relu(const) ; gamma of Conv",
      "%Mul_7 = Mul(%Relu_3, const_4) ; gamma of Conv",
      "%Add_6 = Add(const, %Mul_7) ; gamma of Conv",
      "%Reshape_2 = Reshape(%Add_5, [-1]) ; gamma of Conv",
      "%Conv = Conv(%pixels, %Add_6, %Reshape_2) ; gamma of Conv",
      "%Relu_4 = Relu(%Conv) ; gamma of Conv",
      "%Add_7 = Add(%Relu_4, const_6) ; gamma of Conv",
      "%Div_2 = Div(%Reshape_1, %Add_7) ; gamma of Conv",
      "%Slice = Slice(%Add_6, [-1,-1], [-9007199254740991,-9007199254740991], [2,3], [-1,-1]) ; gamma of Conv",
      "%Conv_1 = Conv(%Div_2, %Slice) {kernel_shape: [2,2], dilations: [1,1], group: 1, pads: [1,1,1,1], strides: [1,1]} ; gamma of Conv",
      "%Mul_8 = Mul(%pixels, %Conv_1) ; gamma of Conv",
    ]
  `);
});
