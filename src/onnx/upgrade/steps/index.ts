/** Every bump between opset 6 and 25 that changes more than types: the table of tables. */
import { fail } from '../../../errors.js';
import { numbers } from '../../tensor.js';
import { type Steps, without } from '../step.js';
import { activations } from './activations.js';
import { broadcasting } from './broadcasting.js';
import { movement } from './movement.js';
import { normalization } from './normalization.js';
import { reductions } from './reductions.js';
import { resizing } from './resizing.js';

export const steps: Steps = {
  ...activations,
  ...broadcasting,
  ...movement,
  ...normalization,
  ...reductions,
  ...resizing,
  DFT: {
    20: (call, b) => ({
      inputs: [call.inputs[0], call.inputs[1], b.constant(numbers('int64', [call.int('axis', 1)], []))],
      attributes: without('axis'),
    }),
  },
  // Version 8 ran over a batch and its lengths; no exporter is known to have written it for long.
  Scan: { 9: ({ label }) => fail(`${label}: Scan of opset 8 is not read; export the model with opset 9 or later`) },
};
