import { propagate } from '../autodiff/propagate.js';
import type { Composite } from '../autodiff/relevance/composite.js';
import { parseComposite } from '../autodiff/relevance/composite-file.js';
import { type CompositeOptions, compositeNamed } from '../autodiff/relevance/composites.js';
import { Ledger } from '../autodiff/relevance/ledger.js';
import { relevance, treatments } from '../autodiff/relevance/relevance.js';
import type { Bound } from '../autodiff/relevance/rule.js';
import type { RuleTable } from '../autodiff/rule.js';
import { didYouMean, fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import { type Graph, reachable, type Value } from '../onnx/graph.js';
import type { OptionSpecs, OptionValues } from '../options.js';
import { attnLrp, cpLrp } from '../transformers/relevance.js';
import { defineMethod } from './method.js';

/** Composites of transformers: tables of the gradient walk. */
const throughAttention: Readonly<Record<string, RuleTable | undefined>> = { 'attn-lrp': attnLrp, 'cp-lrp': cpLrp };

const options = {
  composite: {
    type: 'text',
    default: 'epsilon-plus-flat',
    description: 'which rule each layer gets: the name of a composite, or a .json file',
  },
  epsilon: { type: 'number', default: 1e-6, min: 0, description: 'of the epsilon rule: what it adds to denominators' },
  gamma: { type: 'number', default: 0.25, min: 0, description: 'of the gamma rule: how much more supporting weights count' },
  alpha: {
    type: 'number',
    default: 2,
    min: 0,
    description: 'of the alpha-beta rule: weight of positive contributions; alpha - beta is 1',
  },
  beta: { type: 'number', default: 1, min: 0, description: 'of the alpha-beta rule: weight of negative contributions' },
  low: {
    type: 'text',
    default: 'auto',
    description: "least value of the input, for the z-box rule: a number, or one per channel; auto is the input's own",
  },
  high: { type: 'text', default: 'auto', description: 'greatest value of the input, likewise' },
  seed: {
    type: 'choice',
    choices: ['logit', 'one', 'contrastive', 'one-versus-rest'],
    default: 'logit',
    description:
      "relevance at the scores: the target's logit; 1; the logit, and as much against all other classes together; all logits, the others' mean against the target's",
  },
  bias: { type: 'choice', choices: ['absorb', 'ignore'], default: 'absorb', description: 'whether biases absorb relevance' },
  at: {
    type: 'text',
    default: 'input',
    description: 'where relevance is asked for: the input, or a tensor or node between it and the scores',
  },
  'batch-norm': {
    type: 'choice',
    choices: ['before', 'both', 'none'],
    default: 'before',
    description: 'merge a batch normalisation into the layer before it, into the layer on either side (DenseNet), or into none',
  },
  gates: {
    type: 'choice',
    choices: ['gradient', 'signal', 'uniform'],
    default: 'gradient',
    description:
      'products of two values, as in squeeze-and-excitation: plain gradient, all relevance to the signal, or half to each',
  },
} as const satisfies OptionSpecs;

/**
 * Layer-wise relevance propagation: the score shared out backwards, layer by layer, to what contributed to it. Bach et al. 2015;
 * rules and composites as in Montavon et al. 2019, with Zennit's defaults.
 */
export const lrp = defineMethod({
  name: 'lrp',
  summary: 'the score shared out backwards, layer by layer, to what contributed to it',
  reference: 'Bach et al. 2015; Montavon et al. 2019',
  space: 'input',
  options,
  remark: remarkFallbacks,
  plan: ({ b, input, logits, chosen, options: values, detailed }) => {
    const table = throughAttention[values.composite];
    if (table) {
      const walk = { seeds: new Map([[logits, chosen]]), sources: [input], table, quantity: 'relevance' };
      return b.mul(input, propagate(b, walk)[0]!);
    }
    const seed = starts[values.seed](b, logits, chosen);
    const start = b.reduceSum(seed, [1], false);
    const between = values.at === 'input' ? [] : [valueNamed(values.at, logits)];
    // What is absorbed behind the tensor asked for does not belong in its account.
    const ledger = detailed && between.length === 0 ? new Ledger(b, start) : undefined;
    const { values: relevances } = relevance(b, {
      composite: compositeOf(values),
      seeds: new Map([[logits, seed]]),
      seedsVanish: values.seed === 'logit' || values.seed === 'one-versus-rest',
      sources: [input, ...between],
      batchNorm: values['batch-norm'],
      ledger,
    });
    return { attribution: relevances.at(-1)!, flow: { start, account: ledger?.account() } };
  },
});

/** A tensor that leads to the scores, by its name or its node's. */
function valueNamed(name: string, logits: Value): Value {
  const { nodes } = reachable([logits]);
  const named =
    nodes.find((node) => node.outputs.some((output) => output.name === name)) ?? nodes.find((node) => node.name === name);
  const value = named?.outputs.find((output) => output.name === name) ?? named?.output();
  const names = () => nodes.flatMap((node) => [node.name, ...node.outputs.map((output) => output.name)]);
  return value ?? fail(`lrp: there is no tensor "${name}" before the scores${didYouMean(name, names())}`);
}

/** Relevance at the scores, [N, K], from the scores and one-hot rows of the target. */
const starts: Readonly<Record<OptionValues<typeof options>['seed'], (b: Builder, logits: Value, chosen: Value) => Value>> = {
  logit: (b, logits, chosen) => b.mul(logits, chosen),
  one: (_, __, chosen) => chosen,
  // What speaks for the other classes counts against: Gu et al. 2018, CLRP1. The start adds up to zero.
  contrastive: (b, logits, chosen) => b.mul(b.reduceSum(b.mul(logits, chosen), [1]), againstOthers(b, chosen)),
  // The target's logit minus the mean of all others.
  'one-versus-rest': (b, logits, chosen) => b.mul(logits, againstOthers(b, chosen)),
};

/** 1 for the target, -1/(K - 1) for each other class. */
function againstOthers(b: Builder, chosen: Value): Value {
  if (chosen.shape?.[1] === 1) fail('lrp: the model has a single score, so there is nothing to contrast it with; use seed=logit');
  const others = b.sub(1, chosen);
  return b.sub(chosen, b.div(others, b.reduceSum(others, [1])));
}

function compositeOf({
  composite,
  epsilon,
  gamma,
  alpha,
  beta,
  low,
  high,
  bias,
  gates,
}: OptionValues<typeof options>): Composite {
  const given: CompositeOptions = { epsilon, gamma, alpha, beta, bias, gates, ...bounds(low, high) };
  // The command line reads the file; here is what it says.
  return composite.trimStart().startsWith('{') ? parseComposite(composite, given) : compositeNamed(composite, given);
}

function bounds(low: string, high: string): Pick<CompositeOptions, 'low' | 'high'> {
  return { ...(low !== 'auto' && { low: boundOf('low', low) }), ...(high !== 'auto' && { high: boundOf('high', high) }) };
}

function boundOf(name: string, text: string): Bound {
  const values = text.split(',').map((entry) => (entry.trim() === '' ? Number.NaN : Number(entry)));
  return values.every(Number.isFinite)
    ? values
    : fail(`lrp: ${name} is a number, or one per channel (as in -2.1,-2,-1.8), not "${text}"`);
}

/** Names the operators that relevance passes by the plain gradient, which does not conserve it. */
function remarkFallbacks(graph: Graph, values: OptionValues<typeof options>): string | undefined {
  if (values.composite in throughAttention) return undefined;
  const given = treatments(graph, compositeOf(values), values['batch-norm']);
  const counts = new Map<string, number>();
  for (const { op, rule } of given) if (rule === 'gradient') counts.set(op, (counts.get(op) ?? 0) + 1);
  if (counts.size === 0) return undefined;
  const list = [...counts].map(([op, count]) => `${count} ${op}`).join(', ');
  const gated = given.some(({ kind, rule }) => kind === 'gate' && rule === 'gradient');
  return `no rule of the composite is for ${list}: the plain gradient is used there, which does not conserve relevance${gated ? '; gates=signal gives all of a gate to its signal' : ''}`;
}
