/**
 * Composites from JSON: { "name", "extends", "rules": [{ matcher ..., "rule", parameters ... }] }. The rules stand before those of
 * the composite that is extended, by default `epsilon`.
 */
import { didYouMean, fail } from '../../errors.js';
import type { Composite, Entry, Matcher } from './composite.js';
import { type CompositeOptions, compositeNamed } from './composites.js';
import { type RuleParameters, ruleNamed, rulesByName } from './rule-names.js';
import { kinds } from './survey.js';

const fields = ['name', 'extends', 'rules'];
const matchers = ['kind', 'op', 'layer', 'first', 'last', 'head', 'depth'] as const;
const parameters = ['epsilon', 'gamma', 'alpha', 'beta', 'low', 'high', 'stabiliser', 'clip', 'scaled', 'bias'] as const;
const selectable = ['linear', ...kinds];

type Json = Readonly<Record<string, unknown>>;

/** @throws UserError for text that is no such composite, naming the line and what is wrong with it */
export function parseComposite(text: string, options: CompositeOptions = {}): Composite {
  const file = recordOf(parsed(text), 'a composite');
  for (const key of Object.keys(file)) known(key, fields, 'a composite');
  const name = file.name === undefined ? 'custom' : textOf(file.name, 'name');
  const rules = Array.isArray(file.rules) ? (file.rules as unknown[]) : fail('a composite needs "rules", a list');
  if (rules.length === 0) fail('a composite needs at least one rule');
  const entries = rules.map((line, i) =>
    entryOf(recordOf(line, `rule ${i + 1}`), `rule ${i + 1} of the composite "${name}"`, options),
  );
  const base = compositeNamed(file.extends === undefined ? 'epsilon' : textOf(file.extends, 'extends'), options);
  return { name, entries: [...entries, ...base.entries], own: entries.length };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail(`the composite is not JSON: ${(error as Error).message}`);
  }
}

function entryOf(line: Json, where: string, options: CompositeOptions): Entry {
  const { bias } = options;
  for (const key of Object.keys(line)) known(key, ['rule', ...matchers, ...parameters], where);
  const named = line.rule === undefined ? fail(`${where} names no "rule"`) : textOf(line.rule, `${where}: rule`);
  const given = Object.fromEntries(
    parameters.flatMap((key) => (line[key] === undefined ? [] : [[key, parameterOf(key, line[key], where)]])),
  );
  try {
    const rule = ruleNamed(named, { ...defaultsOf(named, options), ...given });
    const ignores = bias === 'ignore' && line.bias === undefined && rule.kind === 'weights';
    return { match: matcherOf(line, where), rule: ignores ? { ...rule, bias } : rule };
  } catch (error) {
    return fail(`${where}: ${(error as Error).message.replace(`${where}: `, '')}`);
  }
}

/** What was chosen for rules of this name, where the file does not say it. */
function defaultsOf(named: string, options: CompositeOptions): RuleParameters {
  const has = Object.hasOwn(rulesByName, named) ? rulesByName[named]!.parameters : [];
  const chosen = (['epsilon', 'gamma', 'alpha', 'beta', 'low', 'high'] as const).filter(
    (key) => has.includes(key) && options[key] !== undefined,
  );
  return Object.fromEntries(chosen.map((key) => [key, options[key]]));
}

function matcherOf(line: Json, where: string): Matcher {
  const { kind, op, layer, first, last, head, depth } = line;
  const flags = Object.entries({ first, last, head }).filter(([, value]) => value !== undefined);
  for (const [key, value] of flags)
    if (typeof value !== 'boolean') fail(`${where}: ${key} is true or false, not ${JSON.stringify(value)}`);
  for (const one of kind === undefined ? [] : textsOf(kind, `${where}: kind`)) known(one, selectable, `${where}: kind`);
  return {
    ...(kind !== undefined && { kind: textsOf(kind, `${where}: kind`) as Matcher['kind'] & readonly string[] }),
    ...(op !== undefined && { op: textsOf(op, `${where}: op`) }),
    ...(layer !== undefined && { layer: textsOf(layer, `${where}: layer`) }),
    ...Object.fromEntries(flags),
    ...(depth !== undefined && { depth: depthOf(depth, where) }),
  };
}

function depthOf(value: unknown, where: string): readonly [number, number] {
  const isFraction = (entry: unknown) => typeof entry === 'number' && entry >= 0 && entry <= 1;
  if (!Array.isArray(value) || value.length !== 2 || !value.every(isFraction) || value[0] > value[1]) {
    fail(`${where}: depth is a pair of fractions as in [0, 0.5], not ${JSON.stringify(value)}`);
  }
  return value as unknown as readonly [number, number];
}

function parameterOf(key: (typeof parameters)[number], value: unknown, where: string): unknown {
  const isNumber = (entry: unknown) => typeof entry === 'number' && Number.isFinite(entry);
  const wrong = (wanted: string) => fail(`${where}: ${key} must be ${wanted}, not ${JSON.stringify(value)}`);
  if (key === 'clip' || key === 'scaled') return typeof value === 'boolean' ? value : wrong('true or false');
  if (key === 'bias') return value === 'absorb' || value === 'ignore' ? value : wrong('"absorb" or "ignore"');
  if (key !== 'low' && key !== 'high') return isNumber(value) ? value : wrong('a number');
  const isBound = isNumber(value) || value === 'auto' || (Array.isArray(value) && value.length > 0 && value.every(isNumber));
  return isBound ? value : wrong('a number, a list with one per channel, or "auto"');
}

function known(key: string, names: readonly string[], where: string): void {
  if (!names.includes(key)) fail(`${where} has no "${key}"${didYouMean(key, names) || `; there is ${names.join(', ')}`}`);
}

const recordOf = (value: unknown, what: string): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : fail(`${what} must be an object in braces`);

const textOf = (value: unknown, what: string): string =>
  typeof value === 'string' ? value : fail(`${what} must be text, not ${JSON.stringify(value)}`);

const textsOf = (value: unknown, what: string): string[] =>
  (Array.isArray(value) ? value : [value]).map((entry) => textOf(entry, what));
