/** Activations: Clip, Dropout and the Softmax family. */
import { fail } from '../../../errors.js';
import type { Shape } from '../../graph.js';
import { type Step, type Steps, scalarLike, without } from '../step.js';
import { trained } from './broadcasting.js';

/**
 * Until 13 these saw a matrix: the axes before `axis` its rows, `axis` and all after it its columns. Now they see one axis.
 * That is the same where at most one of the columns' axes is longer than 1; else the matrix is made, and unmade.
 */
const alongOneAxis: Step = (call, b) => {
  const [x] = call.inputs;
  const axis = call.int('axis', 1);
  const only = soleAxis(x!.shape, axis) ?? (axis === -1 ? -1 : undefined);
  if (only !== undefined) return { attributes: { axis: only } };
  const rows = b.op(call.op, [b.op('Flatten', [x], { axis })], { axis: 1 });
  return { op: 'Reshape', inputs: [rows, b.shapeOf(x!)] };
};

/** The only axis from `first` on that is longer than 1, or the last one where none is. */
function soleAxis(shape: Shape | undefined, first: number): number | undefined {
  if (!shape) return undefined;
  const start = first < 0 ? first + shape.length : first;
  const long = shape.map((_, axis) => axis).filter((axis) => axis >= start && shape[axis] !== 1);
  return long.length > 1 ? undefined : (long[0] ?? shape.length - 1);
}

export const activations = {
  Clip: {
    11: (call, b) => {
      const [x] = call.inputs;
      const bound = (name: string) => (call.has(name) ? scalarLike(call.float(name), x!, b) : undefined);
      return { inputs: [x, bound('min'), bound('max')], attributes: without('min', 'max') };
    },
  },
  Dropout: {
    7: trained,
    // The mask was of the type of the data, and its content left open.
    10: (call) => (call.taken > 1 ? fail(`${call.label}: its mask is used, as in training; export the model for inference`) : {}),
    12: (call, b) => ({
      inputs: [call.inputs[0], call.has('ratio') ? b.scalar(call.float('ratio')) : undefined],
      attributes: without('ratio'),
    }),
  },
  Hardmax: { 13: alongOneAxis },
  LogSoftmax: { 13: alongOneAxis },
  Softmax: { 13: alongOneAxis },
} satisfies Steps;
