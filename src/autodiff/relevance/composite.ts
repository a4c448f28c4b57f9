/** Composites: which rule each node gets. A list of matchers with rules; the first that matches, and whose rule fits the node, counts. */
import type { RelevanceRule } from './rule.js';
import { routeRule } from './rule.js';
import type { Kind, Site, Survey } from './survey.js';

/** What a node must be. All that is stated must hold. */
export interface Matcher {
  readonly kind?: Kind | 'linear' | readonly (Kind | 'linear')[];
  /** ONNX operator. */
  readonly op?: string | readonly string[];
  /** Name of the node or of its output; `*` stands for anything. */
  readonly layer?: string | readonly string[];
  readonly first?: boolean;
  readonly last?: boolean;
  /** Behind the last feature map. */
  readonly head?: boolean;
  /** From (included) and to (excluded; 1 is included), as fractions: 0 is the first layer with weights, 1 the last. */
  readonly depth?: readonly [number, number];
}

export interface Entry {
  readonly match: Matcher;
  readonly rule: RelevanceRule;
}

export interface Composite {
  readonly name: string;
  readonly entries: readonly Entry[];
  /** How many of the entries, from the first on, are the user's own: if none of them matches, something is wrong. */
  readonly own?: number;
}

/** How a node is treated, and why. */
export interface Assignment {
  readonly rule: RelevanceRule;
  /** Which entry of the composite it was; none where nothing matched and the plain gradient counts. */
  readonly entry: number | undefined;
}

const fallback: RelevanceRule = routeRule('gradient');

export function assign({ entries }: Composite, { sites }: Pick<Survey, 'sites'>): Map<Site, Assignment> {
  return new Map(
    sites.map((site) => {
      const entry = entries.findIndex(({ match, rule }) => matches(match, site) && fits(rule, site, match));
      return [site, entry < 0 ? { rule: fallback, entry: undefined } : { rule: entries[entry]!.rule, entry }];
    }),
  );
}

export function matches(matcher: Matcher, site: Site): boolean {
  const { node, kind, depth } = site;
  if (matcher.kind && !listOf(matcher.kind).some((wanted) => wanted === kind || (wanted === 'linear' && isLinear(kind))))
    return false;
  if (matcher.op && !listOf(matcher.op).includes(node.op)) return false;
  if (matcher.layer && !listOf(matcher.layer).some((pattern) => namesOf(site).some((name) => glob(pattern).test(name))))
    return false;
  if (matcher.first !== undefined && matcher.first !== site.first) return false;
  if (matcher.last !== undefined && matcher.last !== site.last) return false;
  if (matcher.head !== undefined && matcher.head !== site.head) return false;
  const [from, to] = matcher.depth ?? [0, 1];
  return depth >= from && (depth < to || to >= 1);
}

const isLinear = (kind: Kind) => kind === 'convolution' || kind === 'dense';

/** A layer goes by the names of all its nodes. */
const namesOf = ({ node, layer }: Site): string[] =>
  [node, ...(layer?.merged ?? [])].flatMap((part) => [part.name, part.output().name]);

const names = (list: string | readonly string[] | undefined, name: string): boolean =>
  list !== undefined && listOf(list).includes(name);

const listOf = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? one : [one as T]);

function glob(pattern: string): RegExp {
  const escaped = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`);
}

/** A rule for weights says nothing about an Add; matchers by name or depth may leave it to the rules to pick their nodes. */
function fits(rule: RelevanceRule, site: Site, matcher: Matcher): boolean {
  const { kind, node } = site;
  if (rule.kind === 'weights') {
    // Batch normalisations that were not merged pass relevance on, unless they are asked for.
    return (
      isLinear(kind) || (kind === 'batch-norm' && (names(matcher.kind, 'batch-norm') || names(matcher.op, 'BatchNormalization')))
    );
  }
  switch (rule.name) {
    case 'gradient':
      return true;
    case 'pass':
      return site.operands.length === 1 ? keepsSize(site) : site.carrier !== undefined;
    case 'norm':
      return kind === 'sum' || kind === 'average-pool';
    case 'uniform':
      return kind === 'sum' || kind === 'average-pool' || kind === 'gate';
    case 'signal':
      return kind === 'gate';
    case 'average':
      return node.op === 'MaxPool' || node.op === 'GlobalMaxPool';
  }
}

const keepsSize = ({ node, operands }: Site): boolean => {
  const from = node.inputs[operands[0]!]?.shape;
  const to = node.output().shape;
  return operands.length === 1 && (node.domain === '' || from?.length === to?.length) && String(from) === String(to);
};
