/** Rules by name, with their parameters: what composites are written in, built in or in a file. */
import { didYouMean, fail } from '../../errors.js';
import { type Bound, type Numerics, type RelevanceRule, routeRule } from './rule.js';
import { alphaBeta, epsilon, flat, gamma, wSquare, zBox, zero, zPlus } from './rules.js';
import { usual } from './stabiliser.js';

/** Parameters of rules, as they stand in a file. */
export interface RuleParameters {
  readonly epsilon?: number;
  readonly gamma?: number;
  readonly alpha?: number;
  readonly beta?: number;
  readonly low?: Bound | number;
  readonly high?: Bound | number;
  /** Added to denominators by rules other than epsilon. */
  readonly stabiliser?: number;
  readonly clip?: boolean;
  readonly scaled?: boolean;
  readonly bias?: 'absorb' | 'ignore';
}

interface NamedRule {
  readonly parameters: readonly (keyof RuleParameters)[];
  readonly make: (parameters: RuleParameters) => RelevanceRule;
}

const numerical = ['stabiliser', 'clip', 'scaled', 'bias'] as const;

const numericsOf = ({ stabiliser, clip, scaled, bias }: RuleParameters): Numerics => ({
  ...((stabiliser !== undefined || clip || scaled) && {
    stabiliser: { epsilon: stabiliser ?? usual.epsilon, ...(clip && { clip }), ...(scaled && { scaled }) },
  }),
  ...(bias && { bias }),
});

const bound = (value: Bound | number | undefined): Bound => (typeof value === 'number' ? [value] : (value ?? 'auto'));

const weights = (
  parameters: readonly (keyof RuleParameters)[],
  make: (parameters: RuleParameters, numerics: Numerics) => RelevanceRule,
): NamedRule => ({ parameters: [...parameters, ...numerical], make: (given) => make(given, numericsOf(given)) });

const route = (name: Parameters<typeof routeRule>[0], parameters: readonly (keyof RuleParameters)[] = []): NamedRule => ({
  parameters,
  make: (given) => routeRule(name, numericsOf(given)),
});

export const rulesByName: Readonly<Record<string, NamedRule>> = {
  zero: weights([], (_, numerics) => zero(numerics)),
  epsilon: weights(['epsilon'], (given, numerics) => epsilon(given.epsilon, numerics)),
  gamma: weights(['gamma'], (given, numerics) => gamma(given.gamma, numerics)),
  'z-plus': weights([], (_, numerics) => zPlus(numerics)),
  'alpha-beta': weights(['alpha', 'beta'], (given, numerics) => alphaBeta(given.alpha, given.beta, numerics)),
  'z-box': weights(['low', 'high'], (given, numerics) => zBox(bound(given.low), bound(given.high), numerics)),
  'w-square': weights([], (_, numerics) => wSquare(numerics)),
  flat: weights([], (_, numerics) => flat(numerics)),
  pass: route('pass'),
  norm: route('norm', ['stabiliser', 'clip', 'scaled']),
  uniform: route('uniform'),
  signal: route('signal'),
  average: route('average', ['stabiliser', 'clip', 'scaled']),
  gradient: route('gradient'),
};

/** @throws UserError for a rule that is not there, a parameter it does not have, or a value out of range */
export function ruleNamed(name: string, parameters: RuleParameters = {}): RelevanceRule {
  const names = Object.keys(rulesByName);
  const named = Object.hasOwn(rulesByName, name)
    ? rulesByName[name]!
    : fail(`there is no relevance rule "${name}"${didYouMean(name, names) || `; the rules are ${names.join(', ')}`}`);
  for (const [key, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    const known = named.parameters.some((parameter) => parameter === key);
    if (!known) {
      const has = named.parameters.length ? `it has ${named.parameters.join(', ')}` : 'it has none';
      fail(`the rule ${name} has no parameter "${key}"${didYouMean(key, named.parameters) || `; ${has}`}`);
    }
    if (typeof value === 'number' && key !== 'low' && key !== 'high' && !(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      fail(`${name}: ${key} must be a number of at least 0, not ${value}`);
    }
  }
  return { ...named.make(parameters), label: labelOf(name, parameters) };
}

/** `gamma 0.25`, `alpha-beta alpha 2 beta 1`. */
function labelOf(name: string, parameters: RuleParameters): string {
  const stated = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== false && value !== 'absorb');
  const shown = stated.map(([key, value]) => (key === name ? value : value === true ? key : `${key} ${value}`));
  return [name, ...shown].join(' ');
}
