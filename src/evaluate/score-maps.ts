/** Scores maps by ground truth, and sums up over images by group. */
import { didYouMean, fail } from '../errors.js';
import type { Fixation } from './fixation/fixations.js';
import { type FixationMetric, fixationMetrics, type MaskMetric, maskMetrics } from './ground-truth.js';
import type { HeatMap, Mask } from './map/heat-map.js';
import { bootstrapMean, type Estimate } from './statistics/bootstrap.js';

/** One map and what it is judged by. */
export interface JudgedMap<Truth> {
  readonly name: string;
  /** What made it, to sum up by: a method. */
  readonly group: string;
  readonly map: HeatMap;
  readonly truth: Truth;
}

export interface MapScores {
  readonly name: string;
  readonly group: string;
  readonly scores: Readonly<Record<string, number>>;
  /** Why a metric has no score. */
  readonly failures: Readonly<Record<string, string>>;
}

export interface GroupSummary {
  readonly group: string;
  readonly metrics: Readonly<Record<string, Estimate>>;
}

/** @param wanted names of metrics; all by default */
export function scoreByMasks(maps: readonly JudgedMap<Mask>[], wanted?: readonly string[]): MapScores[] {
  const metrics = chosen(maskMetrics, wanted);
  return maps.map(({ name, group, map, truth }) => ({
    name,
    group,
    ...collect(metrics, (metric) => metric.compute(map, truth)),
  }));
}

/**
 * @param sigma of the blur that makes a density of fixations, in pixels; by default 35/1024 of the longer side, about a degree of sight in the MIT data
 */
export function scoreByFixations(
  maps: readonly JudgedMap<{ readonly image: string; readonly fixations: readonly Fixation[] }>[],
  wanted?: readonly string[],
  sigma?: number,
): MapScores[] {
  const metrics = chosen(fixationMetrics, wanted);
  const byImage = new Map(maps.map(({ truth }) => [truth.image, truth.fixations]));
  return maps.map(({ name, group, map, truth }) => {
    const others = [...byImage].flatMap(([image, fixations]) => (image === truth.image ? [] : fixations));
    const inside = others.filter(([row, column]) => row < map.height && column < map.width);
    const blur = sigma ?? (35 / 1024) * Math.max(map.width, map.height);
    return {
      name,
      group,
      ...collect(metrics, (metric) => metric.compute(map, { fixations: truth.fixations, others: inside, sigma: blur })),
    };
  });
}

/** The mean of each metric over the maps of each group, with its interval. */
export function summarise(scored: readonly MapScores[]): GroupSummary[] {
  const groups = [...new Set(scored.map(({ group }) => group))];
  return groups.map((group) => {
    const members = scored.filter((one) => one.group === group);
    const names = [...new Set(members.flatMap(({ scores }) => Object.keys(scores)))];
    const estimate = (name: string) => bootstrapMean(members.flatMap(({ scores }) => scores[name] ?? []));
    return { group, metrics: Object.fromEntries(names.map((name) => [name, estimate(name)])) };
  });
}

function chosen<M extends MaskMetric | FixationMetric>(all: readonly M[], wanted: readonly string[] | undefined): readonly M[] {
  if (!wanted) return all;
  const names = all.map(({ name }) => name);
  return wanted.map(
    (name) =>
      all.find((metric) => metric.name === name) ??
      fail(`there is no metric "${name}" of this kind${didYouMean(name, names) || `; there are ${names.join(', ')}`}`),
  );
}

/** One metric that fails does not take the others with it. */
function collect<M extends { readonly name: string }>(
  metrics: readonly M[],
  compute: (metric: M) => number | undefined,
): Pick<MapScores, 'scores' | 'failures'> {
  const scores: Record<string, number> = {};
  const failures: Record<string, string> = {};
  for (const metric of metrics) {
    try {
      const score = compute(metric);
      if (score !== undefined) scores[metric.name] = score;
    } catch (error) {
      failures[metric.name] = (error as Error).message;
    }
  }
  return { scores, failures };
}
