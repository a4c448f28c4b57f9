/** Does it name the true cause? Asked of scenes, which can be made again with one part changed. */
import type { TwinEffect } from '../../counterfactual/twins.js';
import { mean } from '../../statistics/moments.js';
import { baselines } from '../candidates.js';
import type { Evidence } from '../evidence.js';
import { type Answer, type Judgement, limits, none, number, percent } from '../judgement.js';
import { estimateOf, type Measure, of, shown } from '../paired.js';

/** The parts that decide: those that do at least half of what the strongest does. None where nothing lowers the score. */
export function causesOf(effects: readonly TwinEffect[]): string[] {
  const strongest = Math.max(...effects.map(({ effect }) => effect.logit));
  return strongest > 0 ? effects.filter(({ effect }) => effect.logit >= strongest / 2).map(({ factor }) => factor) : [];
}

/** The part that has most of the map above its share of the image; none where the map has nothing positive. */
export function namedBy(effects: readonly TwinEffect[]): string | undefined {
  if (effects.every(({ mass }) => mass === 0)) return undefined;
  return effects.reduce((best, one) => (one.mass - one.area > best.mass - best.area ? one : best)).factor;
}

const names: Measure = ({ twins }) => {
  const causes = twins ? causesOf(twins.effects) : [];
  if (!twins || causes.length === 0) return undefined;
  return Number(causes.includes(namedBy(twins.effects) ?? ''));
};

/** What maps and effects have in common, part by part, where both are shares: 0 to 1. */
const overlap =
  (share: (effect: TwinEffect) => number): Measure =>
  ({ twins }) => {
    const sum = (twins?.effects ?? []).reduce((total, { effect }) => total + Math.max(effect.logit, 0), 0);
    if (!twins || sum <= 0) return undefined;
    return twins.effects.reduce((total, one) => total + Math.min(Math.max(one.effect.logit, 0) / sum, share(one)), 0);
  };

/** The largest true effect against the part that the map marks most. */
export function namesCause(all: readonly Evidence[], candidate: string): Judgement {
  const right = estimateOf(all, candidate, names);
  const scenes = of(all, candidate).flatMap(({ twins }) => twins ?? []);
  if (right.n === 0) return none(scenes.length > 0 ? 'No part of these scenes speaks for the class.' : 'Not tested.');
  const answer: Answer = right.mean >= limits.namesCause ? 'yes' : right.mean >= limits.namesSome ? 'partly' : 'no';
  const words = {
    yes: 'What it marks most is what decides.',
    partly: 'What it marks most is what decides on most of these scenes, not on nearly all.',
    no: 'What it marks most is often not what decides.',
  }[answer as 'yes' | 'partly' | 'no'];
  const isMethod = of(all, candidate)[0]!.kind === 'method';
  const equals = isMethod ? baselines.filter(({ name }) => estimateOf(all, name, names).mean >= right.mean) : [];
  const doubt =
    answer !== 'no' && equals.length > 0
      ? ` So does ${equals.map(({ name }) => name).join(' and ')}, which knows no model: on these scenes it is no proof.`
      : '';
  return {
    answer,
    words: `${words}${doubt}`,
    evidence: [
      `names what decides on a share of ${shown(right)} of the scenes (limits ${limits.namesCause} and ${limits.namesSome})`,
      `decides: ${counted(scenes.flatMap(({ effects }) => causesOf(effects)))}; marked most: ${counted(scenes.flatMap(({ effects }) => namedBy(effects) ?? []))}`,
      `shares of the map and of the effects overlap by ${shown(
        estimateOf(
          all,
          candidate,
          overlap(({ mass }) => mass),
        ),
      )}; an even map's by ${shown(
        estimateOf(
          all,
          candidate,
          overlap(({ area }) => area),
        ),
      )}`,
      ...partLines(scenes.flatMap(({ effects }) => effects)),
    ],
  };
}

const made: Readonly<Record<string, string>> = {
  object: 'another object lowers',
  context: 'another context lowers',
  tag: 'no tag lowers',
  distractor: 'no distractor lowers',
};

function partLines(effects: readonly TwinEffect[]): string[] {
  return [...new Set(effects.map(({ factor }) => factor))].map((factor) => {
    const own = effects.filter((one) => one.factor === factor);
    const change = made[factor] ?? `without ${factor} falls`;
    const lowers = number(mean(own.map(({ effect }) => effect.logit)));
    const [mass, area] = [mean(own.map((one) => one.mass)), mean(own.map((one) => one.area))];
    return `${factor}: ${change} the logit by ${lowers}; ${percent(mass)} of the map is on it, which is ${percent(area)} of the image (n ${own.length})`;
  });
}

/** "tag 8, object 7". */
function counted(factors: readonly string[]): string {
  const counts = [...new Set(factors)].map((factor): [string, number] => [
    factor,
    factors.filter((one) => one === factor).length,
  ]);
  return (
    counts
      .sort((a, b) => b[1] - a[1])
      .map(([factor, count]) => `${factor} ${count}`)
      .join(', ') || 'nothing'
  );
}
