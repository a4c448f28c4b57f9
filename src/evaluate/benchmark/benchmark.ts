/** Holds maps of many methods against what networks trained on scenes are known to look at. */
import { UserError } from '../../errors.js';
import type { ExplainOptions, Model } from '../../explain/explanation.js';
import { type Image, preprocess, type Recipe } from '../../image/index.js';
import { distinctSeeds, maskOf, mosaic, renderScene, type Scene, sampleFactors } from '../../scenes/index.js';
import { readMap } from '../audit/candidates.js';
import type { Pixels } from '../faithfulness/pixels.js';
import { gridPointingGame } from '../localisation/grid-pointing-game.js';
import { pointingGame } from '../localisation/pointing-game.js';
import { relevanceMassAccuracy } from '../localisation/relevance-mass-accuracy.js';
import { relevanceRankAccuracy } from '../localisation/relevance-rank-accuracy.js';
import type { HeatMap } from '../map/heat-map.js';
import { type Attributor, loadAttributor } from '../model/attributor.js';
import { loadScorer, outcomeOf, pixelsOf, type Scorer } from '../model/scorer.js';
import { percentile } from '../sanity/preparation.js';
import { bootstrapMean, type Estimate } from '../statistics/bootstrap.js';
import { mean } from '../statistics/moments.js';
import type { Entry } from './entries.js';
import type { SceneTask } from './tasks.js';

/** How a method did on one model. Shares are 0 to 1, higher is better. */
export interface Standing {
  readonly entry: string;
  readonly kind: Entry['kind'];
  /** Share of the positive relevance in the part that decides. Chance: its area. */
  readonly mass: Estimate;
  /** Share of the strongest pixels, as many as the part has, that lie in it. Chance: its area. */
  readonly rank: Estimate;
  /** How often the strongest pixel lies in it. Chance: its area. */
  readonly pointing: Estimate;
  /** Share of the positive relevance on the object, scene by scene, whatever decides. */
  readonly objectMass: ReadonlyMap<number, number>;
  /** Grid pointing game on mosaics of four scenes, for models that take any size. Chance: 1/4. */
  readonly grid?: Estimate;
  /** Time of a map, of the model and the method together: the median, which other work on the machine moves least. */
  readonly milliseconds: number;
}

export interface Standings {
  readonly model: string;
  readonly part: SceneTask['part'];
  /** The part's mean share of the image: what chance gets. */
  readonly area: number;
  readonly standings: readonly Standing[];
  /** Entries that cannot explain this model, and why. */
  readonly refused: readonly { readonly entry: string; readonly reason: string }[];
}

export interface BenchmarkOptions {
  /** Scenes for entries that need one run a map. */
  readonly scenes: number;
  /** Scenes for those that need hundreds. */
  readonly slowScenes: number;
  /** Mosaics for the grid pointing game; 0 for models of one size. */
  readonly mosaics: number;
  readonly onProgress?: (done: number, total: number, entry: string) => void;
}

/** A model and the recipe by which it reads images. */
export interface BenchmarkModel extends Model {
  readonly recipe: Recipe;
}

interface Case {
  readonly seed: number;
  readonly scene: Scene;
  readonly pixels: Pixels;
  readonly target: number;
}

/** Asks each entry about the first scenes, from number 1 on, that the model gets right. */
export async function benchmark(
  model: BenchmarkModel,
  task: SceneTask,
  entries: readonly Entry[],
  options: BenchmarkOptions,
): Promise<Standings> {
  // Scenes and mosaics are made at their size: nothing is to be resized.
  const recipe = { ...model.recipe, steps: [] };
  const read = (image: Image) => pixelsOf(preprocess(image, recipe, { layout: 'NCHW' }).tensor, 'NCHW');
  const cases = await knownCases(model, task, read, options.scenes);
  const grids = options.mosaics > 0 ? await gridCases(model, task, read, options.mosaics) : [];
  const standings: Standing[] = [];
  const refused: { entry: string; reason: string }[] = [];
  for (const [i, entry] of entries.entries()) {
    options.onProgress?.(i, entries.length, entry.name);
    const isSlow = entry.kind === 'method' && entry.slow;
    try {
      const own = await standingOf(model, task, entry, isSlow ? cases.slice(0, options.slowScenes) : cases);
      const grid = grids.length && !isSlow ? await gridStanding(model, entry, grids) : undefined;
      standings.push({ ...own, ...(grid && { grid }) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refused.push({ entry: entry.name, reason: error.message });
    }
  }
  const area = mean(cases.map(({ scene }) => mean(scene.masks[task.part])));
  return { model: task.model, part: task.part, area, standings, refused };
}

async function standingOf(model: Model, task: SceneTask, entry: Entry, cases: readonly Case[]): Promise<Standing> {
  const maps = await mapper(model, entry, cases[0]!.pixels);
  const scores: { mass: number; rank: number; pointing: number }[] = [];
  const objectMass = new Map<number, number>();
  const times: number[] = [];
  try {
    for (const { seed, scene, pixels, target } of cases) {
      const start = performance.now();
      const map = await maps.of(scene.image, pixels, target, seed);
      times.push(performance.now() - start);
      const truth = maskOf(scene, task.part);
      scores.push({
        mass: relevanceMassAccuracy(map, truth, 'positive'),
        rank: relevanceRankAccuracy(map, truth),
        pointing: Number(pointingGame(map, truth)),
      });
      objectMass.set(seed, relevanceMassAccuracy(map, maskOf(scene, 'object'), 'positive'));
    }
  } finally {
    await maps.dispose();
  }
  const estimate = (name: 'mass' | 'rank' | 'pointing') => bootstrapMean(scores.map((score) => score[name]));
  return {
    entry: entry.name,
    kind: entry.kind,
    mass: estimate('mass'),
    rank: estimate('rank'),
    pointing: estimate('pointing'),
    objectMass,
    milliseconds: percentile(times, 0.5),
  };
}

interface Mapper {
  readonly of: (image: Image, pixels: Pixels, target: number, seed: number) => Promise<HeatMap>;
  readonly dispose: () => Promise<void>;
}

async function mapper(model: Model, entry: Entry, { channels, height, width }: Pixels): Promise<Mapper> {
  if (entry.kind !== 'method')
    return { of: async (image, pixels, _, seed) => entry.map(image, pixels, seed), dispose: async () => {} };
  const options: ExplainOptions = { options: entry.options };
  const attributor: Attributor = await loadAttributor(model, entry.method, [1, channels, height, width], options);
  return {
    of: async (_, pixels, target) => readMap(await attributor.explain(pixels, target), pixels, attributor.layout).map,
    dispose: attributor.dispose,
  };
}

/** Scenes on which the part decides and the model is right: a map of a mistake has no known truth. */
async function knownCases(
  model: BenchmarkModel,
  { label }: SceneTask,
  read: (image: Image) => Pixels,
  count: number,
): Promise<Case[]> {
  const cases: Case[] = [];
  let scorer: Scorer | undefined;
  for (let seed = 1; cases.length < count && seed < 20 * count + 100; seed++) {
    const target = label(sampleFactors(seed));
    if (target === undefined) continue;
    const scene = renderScene(seed);
    const pixels = read(scene.image);
    scorer ??= await loadScorer(model, [1, pixels.channels, pixels.height, pixels.width]);
    const [logits] = await scorer.logits([pixels]);
    if (logits!.indexOf(Math.max(...logits!)) === target) cases.push({ seed, scene, pixels, target });
  }
  await scorer?.dispose();
  if (cases.length < count) throw new UserError(`the model is right on only ${cases.length} of ${20 * count} scenes`);
  return cases;
}

interface GridCase {
  readonly image: Image;
  readonly pixels: Pixels;
  readonly target: number;
  readonly cell: readonly [row: number, column: number];
}

/** Mosaics of one scene of each class, all of which the model is sure of; the class that is asked for changes from mosaic to mosaic. */
async function gridCases(
  model: BenchmarkModel,
  { label, part }: SceneTask,
  read: (image: Image) => Pixels,
  count: number,
): Promise<GridCase[]> {
  const by = part === 'context' ? 'context' : 'object';
  const scorer = await loadScorer(model, [1, 3, 64, 64]);
  const cases: GridCase[] = [];
  try {
    for (let first = 1; cases.length < count && first < 100 * count; first += 10) {
      const seeds = distinctSeeds(first, by);
      const targets = seeds.map((seed) => label(sampleFactors(seed))!);
      const logits = await scorer.logits(seeds.map((seed) => read(renderScene(seed).image)));
      if (!logits.every((scores, i) => outcomeOf(scores, targets[i]!).probability >= SURE)) continue;
      const { image, columns } = mosaic(seeds);
      const place = cases.length % seeds.length;
      const cell = [Math.floor(place / columns), place % columns] as const;
      cases.push({ image, pixels: read(image), target: targets[place]!, cell });
    }
  } finally {
    await scorer.dispose();
  }
  return cases;
}

/** As in the grid pointing game's paper. */
const SURE = 0.99;

async function gridStanding(model: Model, entry: Entry, grids: readonly GridCase[]): Promise<Estimate> {
  const maps = await mapper(model, entry, grids[0]!.pixels);
  try {
    const shares: number[] = [];
    for (const [seed, { image, pixels, target, cell }] of grids.entries())
      shares.push(gridPointingGame(await maps.of(image, pixels, target, seed), 2, cell));
    return bootstrapMean(shares);
  } finally {
    await maps.dispose();
  }
}

/**
 * How much more of the relevance lies on the object where the object decides than where the context does, on the same scenes: -1 to 1, and 0 for every map
 * that does not ask the model. Yang and Kim, "BAM", 2019 (model contrast score), with shares of the relevance in place of its mean.
 */
export function modelContrast(objectModel: Standings, contextModel: Standings): ReadonlyMap<string, Estimate> {
  const others = new Map(contextModel.standings.map((standing) => [standing.entry, standing.objectMass]));
  const contrasts = objectModel.standings.flatMap(({ entry, objectMass }): [string, Estimate][] => {
    const other = others.get(entry);
    if (!other) return [];
    const shared = [...objectMass].filter(([seed]) => other.has(seed));
    return [[entry, bootstrapMean(shared.map(([seed, share]) => share - other.get(seed)!))]];
  });
  return new Map(contrasts);
}
