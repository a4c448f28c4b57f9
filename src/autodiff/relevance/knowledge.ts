/**
 * Where relevance is known to be zero. A rule that gives each input a share in proportion to its value gives nothing to what is
 * zero; so behind a ReLU whose output goes to such rules alone, no relevance arrives where the ReLU is closed.
 */
import type { Value } from '../../onnx/graph.js';
import type { RelevanceRule } from './rule.js';
import { signs } from './signs.js';
import type { Site, Survey } from './survey.js';

export interface Insight {
  readonly nonNegative: (value: Value) => boolean;
  /** What a ReLU leaves of a value, where that is all that its relevance comes from, and none comes to what the ReLU cuts off. */
  readonly rectified: (value: Value) => Value | undefined;
}

const proportional = new Set(['zero', 'epsilon', 'z-plus', 'alpha-beta', 'gamma', 'norm', 'average']);
/** Operators that put every value somewhere, or drop it: where the output is zero, so is what it came from. */
export const moving: ReadonlySet<string> = new Set([
  ...['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Concat', 'Slice', 'Split', 'Pad', 'Gather', 'GatherElements'],
  ...['GatherND', 'Expand', 'Tile', 'DepthToSpace', 'SpaceToDepth', 'Identity', 'Dropout', 'Cast'],
]);
/** f(0) = 0 */
const fixingZero = new Set(['Relu', 'LeakyRelu', 'Tanh', 'HardSwish', 'Identity', 'Dropout', 'Cast']);

/** @param endsAtZero whether the relevance that the walk starts with is zero where the score is */
export function insight(survey: Survey, ruleOf: (site: Site) => RelevanceRule, endsAtZero: boolean): Insight {
  const known = new Map<Value, boolean>();
  const vanishes = (value: Value): boolean => {
    const before = known.get(value);
    if (before !== undefined) return before;
    const verdict =
      (!survey.isEnd(value) || endsAtZero) &&
      survey.consumers(value).every((node) => {
        const site = survey.siteOf(node);
        return !!site && vanishesAt(site, value);
      });
    known.set(value, verdict);
    return verdict;
  };
  const vanishesAt = (site: Site, value: Value): boolean => {
    const rule = ruleOf(site);
    const { node } = site;
    // With a batch normalisation merged into it, a layer's x is not its operand.
    if (rule.kind === 'weights') return proportional.has(rule.name) && site.layer?.x === value;
    if (proportional.has(rule.name)) return true;
    const behind = () =>
      node.outputs.every((output) => survey.consumers(output).length + Number(survey.isEnd(output)) === 0 || vanishes(output));
    if (rule.name === 'pass') return fixingZero.has(node.op) && behind();
    if (rule.name === 'signal') return behind();
    if (rule.name !== 'gradient') return false;
    if (node.op === 'Relu') return true;
    if (site.kind === 'max-pool' || site.kind === 'gate' || moving.has(node.op)) return behind();
    return false;
  };
  const rectified = (value: Value): Value | undefined => {
    const [only, ...others] = survey.consumers(value);
    if (only?.op !== 'Relu' || others.length > 0 || survey.isEnd(value)) return undefined;
    const site = survey.siteOf(only);
    const rule = site && ruleOf(site);
    if (rule?.kind !== 'route' || (rule.name !== 'pass' && rule.name !== 'gradient')) return undefined;
    return rule.name === 'gradient' || vanishes(only.output()) ? only.output() : undefined;
  };
  return { nonNegative: signs(), rectified };
}
