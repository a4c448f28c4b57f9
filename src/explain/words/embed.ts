/** Embeddings of images, for what is explained of texts. */
import { Graph } from '../../onnx/graph.js';
import type { FloatArray } from '../../tensor/tensor.js';
import type { ExplainOptions, Model } from '../explanation.js';
import { rowsOf } from '../rows.js';
import { imageInput, prepare } from '../subject.js';

export interface Embedder {
  /** One vector per row of the input. */
  readonly embed: (input: FloatArray) => Promise<readonly Float32Array[]>;
  readonly dispose: () => Promise<void>;
}

export async function loadEmbedder(model: Model, { output, inputs = {} }: ExplainOptions = {}): Promise<Embedder> {
  const { name } = imageInput(model.graph, { others: Object.keys(inputs) });
  const { graph, scores, input } = prepare(model.graph, { input: name, output });
  const session = await model.runtime.load(new Graph({ ...graph, outputs: [scores] }), { weights: model.weights });
  const together = (batch: number) => (input.shape?.[0] === 1 ? 1 : batch);
  return {
    embed: async (array) => {
      const [batch] = array.shape as [number];
      const vectors: Float32Array[] = [];
      for (let row = 0; row < batch; row += together(batch)) {
        const part = rowsOf(array, row, together(batch));
        const found = (await session.run({ ...inputs, [input.name]: part }))[scores.name] as FloatArray;
        const length = found.data.length / part.shape[0]!;
        for (let i = 0; i < part.shape[0]!; i++) vectors.push(found.data.slice(i * length, (i + 1) * length));
      }
      return vectors;
    },
    dispose: () => session.dispose(),
  };
}
