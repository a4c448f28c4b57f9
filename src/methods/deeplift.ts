import { fail } from '../errors.js';
import { type Baseline, baselineIn, baselineOption } from './baseline.js';
import { rescaleTable } from './deeplift-rules.js';
import { defineMethod } from './method.js';
import { revealCancel } from './reveal-cancel.js';

/**
 * DeepLIFT: the difference to a baseline, shared out layer by layer: at a nonlinearity by the slope of its chord instead of its
 * tangent. Shrikumar, Greenside, Kundaje 2017, sections 3.5.1 to 3.5.3. Adds up to F(x) - F(x').
 */
export const deeplift = defineMethod({
  name: 'deeplift',
  summary: 'the difference to a baseline, shared out layer by layer by slopes of chords: complete, in one run',
  reference: 'Shrikumar, Greenside, Kundaje 2017, section 3.5',
  space: 'input',
  options: {
    ...baselineOption,
    variant: {
      type: 'choice',
      choices: ['rescale', 'reveal-cancel'],
      default: 'rescale',
      description:
        'how an activation shares: positive and negative parts alike, or each by itself; maxima, norms and softmax always by rescale',
    },
  },
  plan: (context) => {
    const { b, input, layout, score, options, replace, gradient } = context;
    const baseline = baselineIn(b, input, options.baseline as Baseline, layout);
    const reference = replace(input, baseline);
    const sum = b.sub(score, reference.score);
    if (options.variant === 'reveal-cancel') return { attribution: revealCancel(context, reference), sum };
    if (reference.score === score) fail('the score does not depend on the input');
    const multipliers = gradient(input, rescaleTable(reference.of));
    return { attribution: b.mul(b.sub(input, baseline), multipliers), sum };
  },
});
