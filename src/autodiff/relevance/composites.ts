/** The composites of the literature, as data: first match counts. Those of Zennit have Zennit's rules and defaults. */
import { didYouMean, fail } from '../../errors.js';
import type { Composite, Entry, Matcher } from './composite.js';
import type { Bound } from './rule.js';
import { type RuleParameters, ruleNamed } from './rule-names.js';

/** What a composite leaves open. */
export interface CompositeOptions {
  readonly epsilon?: number;
  readonly gamma?: number;
  readonly alpha?: number;
  readonly beta?: number;
  readonly low?: Bound;
  readonly high?: Bound;
  readonly bias?: 'absorb' | 'ignore';
  /** What becomes of relevance at gates, as in squeeze-and-excitation. */
  readonly gates?: 'gradient' | 'signal' | 'uniform';
}

/** A line of a composite: what it matches, the rule's name, its parameters. */
type Line = readonly [match: Matcher, rule: string, parameters?: RuleParameters];

const convolution = { kind: 'convolution' } as const;
const dense = { kind: 'dense' } as const;
const linear = { kind: 'linear' } as const;
const sum: Line = [{ kind: 'sum' }, 'norm'];
const averagePool: Line = [{ kind: 'average-pool' }, 'norm'];
const activation: Line = [{ kind: 'activation' }, 'pass'];
const batchNorm: Line = [{ kind: 'batch-norm' }, 'pass'];

/** What all share, whichever rules their layers have. */
const base: readonly Line[] = [activation, sum, averagePool, batchNorm];

const firstFlat: Line = [{ ...linear, first: true }, 'flat'];
const firstBox = ({ low, high }: CompositeOptions): Line => [
  { ...convolution, first: true },
  'z-box',
  { low: low ?? 'auto', high: high ?? 'auto' },
];
const denseEpsilon = ({ epsilon }: CompositeOptions): Line => [dense, 'epsilon', { epsilon }];
const twoOne: Line = [convolution, 'alpha-beta', { alpha: 2, beta: 1 }];

const uniformly =
  (rule: string, parameters: (options: CompositeOptions) => RuleParameters = () => ({})) =>
  (options: CompositeOptions) => [[linear, rule, parameters(options)] as Line, ...base];

const composites: Readonly<Record<string, (options: CompositeOptions) => readonly Line[]>> = {
  zero: uniformly('zero'),
  epsilon: uniformly('epsilon', ({ epsilon }) => ({ epsilon })),
  gamma: uniformly('gamma', ({ gamma }) => ({ gamma })),
  'z-plus': uniformly('z-plus'),
  'alpha-beta': uniformly('alpha-beta', ({ alpha, beta }) => ({ alpha, beta })),
  flat: uniformly('flat'),
  'w-square': uniformly('w-square'),
  'epsilon-plus': (options) => [[convolution, 'z-plus'], denseEpsilon(options), ...base],
  'epsilon-plus-flat': (options) => [firstFlat, [convolution, 'z-plus'], denseEpsilon(options), ...base],
  'epsilon-alpha2-beta1': (options) => [twoOne, denseEpsilon(options), ...base],
  'epsilon-alpha2-beta1-flat': (options) => [firstFlat, twoOne, denseEpsilon(options), ...base],
  'epsilon-gamma-box': (options) => [
    firstBox(options),
    [convolution, 'gamma', { gamma: options.gamma }],
    denseEpsilon(options),
    ...base,
  ],
  // Zhang et al. 2016; activations and normalisations keep their gradient.
  'excitation-backprop': () => [[linear, 'z-plus'], sum, averagePool],
  // Montavon et al. 2017: the root points of a ReLU layer with non-negative inputs give z+; of pixels z^B where their box is given, else w^2.
  'deep-taylor': (options) => [
    options.low || options.high ? firstBox(options) : [{ ...linear, first: true }, 'w-square', { bias: 'ignore' }],
    [linear, 'z-plus', { bias: 'ignore' }],
    ...base,
  ],
  // Montavon et al. 2019: what is coarse above, what is sharp but noisy in the middle, what is stable below, the box at the pixels.
  'montavon-2019': (options) => [
    firstBox(options),
    [{ ...linear, depth: [0, 0.43] }, 'gamma', { gamma: options.gamma }],
    [{ ...linear, depth: [0.43, 0.83] }, 'epsilon', { epsilon: 0.25, scaled: true }],
    [linear, 'zero'],
    [{ kind: 'max-pool' }, 'average'],
    ...base,
  ],
};

export const compositeNames: readonly string[] = Object.keys(composites);

/** @throws UserError if there is no composite of this name, or an option is out of range */
export function compositeNamed(name: string, options: CompositeOptions = {}): Composite {
  const lines = Object.hasOwn(composites, name)
    ? composites[name]!(options)
    : fail(
        `there is no composite "${name}"${didYouMean(name, [...compositeNames, 'attn-lrp', 'cp-lrp']) || `; the composites are ${compositeNames.join(', ')}`}`,
      );
  return { name, entries: [...lines.map((line) => entryOf(line, options)), ...gateEntries(options)] };
}

function entryOf([match, name, parameters = {}]: Line, { bias }: CompositeOptions): Entry {
  const rule = ruleNamed(name, parameters);
  return { match, rule: rule.kind === 'weights' && bias === 'ignore' ? { ...rule, bias } : rule };
}

/** What becomes of gates, unless an earlier entry says so. */
function gateEntries({ gates = 'gradient' }: CompositeOptions): Entry[] {
  return gates === 'gradient' ? [] : [{ match: { kind: 'gate' }, rule: ruleNamed(gates) }];
}
