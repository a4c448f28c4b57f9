/** Operators that move or pick elements: what were attributes became inputs. */
import { axesToInput, renamed, type Steps, scalarLike, toInputs, without } from '../step.js';

export const movement = {
  Pad: {
    11: (call, b) => {
      const [x] = call.inputs;
      const value = call.float('value', 0);
      const padded = toInputs('pads')(call, b);
      return {
        inputs: [...padded.inputs!, value === 0 ? undefined : scalarLike(value, x!, b)],
        attributes: { ...padded.attributes, value: undefined },
      };
    },
  },
  Scatter: { 11: renamed('ScatterElements') },
  Slice: { 10: toInputs('starts', 'ends', 'axes') },
  Split: {
    13: toInputs('split'),
    // Equal parts have to be counted now.
    18: ({ inputs, outputs }) => (inputs[1] ? {} : { attributes: { num_outputs: outputs } }),
  },
  Squeeze: { 13: axesToInput },
  TopK: {
    10: (call, b) => ({ inputs: [call.inputs[0], b.ints([call.int('k')])], attributes: without('k') }),
  },
  Unsqueeze: { 13: toInputs('axes') },
} satisfies Steps;
