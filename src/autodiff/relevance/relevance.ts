/** Layer-wise relevance propagation: the backward walk with a table that a composite chooses node by node. */
import { fail } from '../../errors.js';
import { Builder } from '../../onnx/builder.js';
import type { Graph, Node, Value } from '../../onnx/graph.js';
import { gradient } from '../gradient/index.js';
import { propagate, ruleName } from '../propagate.js';
import type { Rule, RuleContext, RuleTable } from '../rule.js';
import { type Assignment, assign, type Composite } from './composite.js';
import { distribute, type Knowledge } from './distribute.js';
import { type Insight, insight, moving } from './knowledge.js';
import type { Absorption, Ledger } from './ledger.js';
import { passTo, routes } from './routes.js';
import type { RelevanceRule } from './rule.js';
import { type Site, type Survey, type SurveyOptions, survey } from './survey.js';

export interface RelevanceOptions extends Partial<SurveyOptions> {
  readonly composite: Composite;
  /** Where relevance starts: values of the graph, with relevance of their shape. */
  readonly seeds: ReadonlyMap<Value, Value>;
  /** Whether the seeds are zero where the values that they stand at are. */
  readonly seedsVanish?: boolean;
  /** Where it ends: the input, and any values between whose relevance is asked for. */
  readonly sources: readonly Value[];
  readonly ledger?: Ledger | undefined;
  /** False emits every pass, also those that are known to be zero. */
  readonly prune?: boolean;
}

/** How a node was treated. */
export interface Treatment {
  /** Name of the node. */
  readonly name: string;
  readonly op: string;
  readonly kind: Site['kind'];
  /** Operators that are part of the layer. */
  readonly merged: readonly string[];
  /** The rule with its parameters. */
  readonly rule: string;
  readonly depth: number;
}

export interface Relevance {
  /** One value per source, of its shape. */
  readonly values: readonly Value[];
  readonly treatments: readonly Treatment[];
}

/** @throws UserError if a source does not reach the seeds, an operator between has no rule, or the composite matches nothing */
export function relevance(b: Builder, options: RelevanceOptions): Relevance {
  const { composite, seeds, sources, batchNorm = 'before', seedsVanish = false, prune = true, ledger } = options;
  const surveyed = b.within({ 'sightline.rule': 'layers as one' }, () =>
    survey(b, [...seeds.keys()], sources.slice(0, 1), { batchNorm }),
  );
  const assigned = assignOrFail(composite, surveyed);
  const ruleOf = (site: Site) => assigned.get(site)!.rule;
  const known = prune ? insight(surveyed, ruleOf, seedsVanish) : nothingKnown;
  const table = tableOf(surveyed, ruleOf, known, ledger);
  const values = propagate(b, { seeds, sources, table, quantity: 'relevance' });
  return { values, treatments: treatmentsOf(assigned) };
}

/** What every node of a graph would get, without a walk. */
export function treatments(
  { inputs, outputs, details }: Graph,
  composite: Composite,
  batchNorm: SurveyOptions['batchNorm'] = 'before',
): Treatment[] {
  return treatmentsOf(assignOrFail(composite, survey(new Builder(details.opset), outputs, inputs, { batchNorm })));
}

function assignOrFail(composite: Composite, surveyed: Survey): Map<Site, Assignment> {
  const assigned = assign(composite, surveyed);
  const { name, own = 0 } = composite;
  if (own > 0 && ![...assigned.values()].some(({ entry }) => entry !== undefined && entry < own)) {
    fail(
      `no rule of the composite "${name}" matches a node of this model; sightline inspect --composite shows which nodes there are`,
    );
  }
  return assigned;
}

const nothingKnown: Insight = { nonNegative: () => false, rectified: () => undefined };

function tableOf(surveyed: Survey, ruleOf: (site: Site) => RelevanceRule, known: Insight, ledger: Ledger | undefined): RuleTable {
  const own: Record<string, Rule> = {};
  const rule: Rule = (context) => {
    const { node, b, dy } = context;
    const operand = surveyed.merged.get(node);
    if (operand !== undefined) return passTo(b, node.inputs, operand, dy);
    const site = surveyed.siteOf(node);
    if (!site) return gradient[ruleName(node)]!(context);
    const chosen = ruleOf(site);
    const name = describe(site, chosen);
    return b.within({ 'sightline.rule': `${name} of ${node.op}` }, () => {
      if (!ledger || conserves(site, chosen)) return passage(context, site, chosen, known);
      const arriving = context.upstream.filter((value) => value !== undefined);
      return ledger.record({ name: node.name, op: node.op, rule: name }, arriving, (absorption) =>
        wantedOnly(context, passage(context, site, chosen, known, absorption)),
      );
    });
  };
  for (const { node } of surveyed.sites) {
    if (hasRule(node, surveyed, ruleOf)) own[ruleName(node)] = rule;
  }
  for (const node of surveyed.merged.keys()) own[ruleName(node)] = rule;
  return { ...gradient, ...own };
}

const hasRule = (node: Node, surveyed: Survey, ruleOf: (site: Site) => RelevanceRule): boolean =>
  Object.hasOwn(gradient, ruleName(node)) || ruleOf(surveyed.siteOf(node)!).name !== 'gradient';

const wantedOnly = ({ wanted }: RuleContext, shares: readonly (Value | undefined)[]) =>
  shares.map((share, i) => (wanted[i] ? share : undefined));

/** What keeps its relevance by construction needs no line in the account. */
const conserves = ({ node }: Site, rule: RelevanceRule): boolean =>
  rule.name === 'pass' || rule.name === 'signal' || ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose'].includes(node.op);

function passage(context: RuleContext, site: Site, rule: RelevanceRule, known: Insight, absorption?: Absorption) {
  const { b, dy, node } = context;
  if (rule.kind === 'route') return routes[rule.name]({ ...context, site, rule, rectified: known.rectified(node.output()) });
  const { layer } = site;
  if (!layer) return fail(`${node.label}: the rule ${rule.name} is for layers with weights`);
  const knowledge: Knowledge = { nonNegativeInput: known.nonNegative(layer.x), rectified: known.rectified(layer.z) };
  const share = distribute(b, layer, rule, dy, knowledge, absorption);
  return node.inputs.map((_, i) => (i === layer.operand ? share : undefined));
}

function treatmentsOf(assigned: ReadonlyMap<Site, Assignment>): Treatment[] {
  return [...assigned].map(([site, { rule }]) => ({
    name: site.node.name,
    op: site.node.op,
    kind: site.kind,
    merged: site.layer?.merged.map(({ op }) => op) ?? [],
    rule: describe(site, rule),
    depth: site.depth,
  }));
}

/** What the plain gradient comes to: elements that are moved, or mixed with weights that add up to 1, keep their relevance; the largest of a window takes all. */
const meaningOfGradient = ({ node, kind }: Site): string =>
  moving.has(node.op) || node.op === 'Resize' ? 'routed' : kind === 'max-pool' ? 'winner' : 'gradient';

const describe = (site: Site, { name, label = name }: RelevanceRule): string =>
  name === 'gradient' ? meaningOfGradient(site) : label;
