/** The map of a method on a transformer's patches, with or without the tokens that the model uses as registers. */
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import type { OptionSpecs, OptionValues } from '../options.js';
import { filteredMaps } from '../transformers/registers.js';
import { patchMap } from '../transformers/tokens.js';
import type { Transformer } from '../transformers/transformer.js';

export const registerOption = {
  registers: {
    type: 'choice',
    choices: ['keep', 'median'],
    default: 'keep',
    description:
      'what patches get whose tokens have a far higher norm than the others (registers): their own value, or the median of the 3 x 3 patches around',
  },
} as const satisfies OptionSpecs;

/** Values of tokens, [N, keys], as a map [N, rows, columns]. @throws UserError if registers cannot be told */
export function onPatches(
  b: Builder,
  transformer: Transformer,
  values: Value,
  { registers }: OptionValues<typeof registerOption>,
  keys?: number,
): Value {
  const map = patchMap(b, transformer.tokens, values, keys);
  if (registers === 'keep') return map;
  return b.squeeze(filteredMaps(b, transformer, b.unsqueeze(map, [1]), 'high-norm'), [1]);
}
