/** `sightline evaluate`: scores map files, ours or others', against masks or fixations. */
import { basename } from 'node:path';
import { Command } from 'commander';
import { fail, UserError } from '../errors.js';
import { fixationMetrics, maskMetrics } from '../evaluate/ground-truth.js';
import type { HeatMap } from '../evaluate/map/heat-map.js';
import {
  mapFiles,
  readFixations,
  readMap,
  readMask,
  resizedTo,
  stem,
  type TruthFolder,
  truthFolder,
} from '../evaluate/node/map-files.js';
import { type GroupSummary, type MapScores, scoreByFixations, scoreByMasks, summarise } from '../evaluate/score-maps.js';
import type { Estimate } from '../evaluate/statistics/bootstrap.js';
import { listOf } from './arguments.js';
import { progressBar } from './progress.js';

interface Arguments {
  readonly masks?: string;
  readonly fixations?: string;
  readonly metrics?: string;
  readonly sigma?: string;
  readonly resize?: boolean;
  readonly json?: boolean;
}

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('score maps against ground truth: masks of objects, or where people looked')
    .argument(
      '<maps...>',
      'maps as .npy or grey pictures, or folders of them; photo.method.npy belongs to photo.png and is summed up by method',
    )
    .option('--masks <folder>', 'masks with the names of the maps: pictures (bright is inside) or .npy')
    .option(
      '--fixations <folder>',
      'fixations with the names of the maps: .json or .csv rows of row,column, .npy [F,2], or pictures of points',
    )
    .option(
      '--metrics <names>',
      `some of ${[...maskMetrics, ...fixationMetrics].map(({ name }) => name).join(', ')} (default: all)`,
    )
    .option('--sigma <pixels>', 'blur that makes a density of fixations (default: 35/1024 of the longer side)')
    .option('--resize', 'bring maps to the size of their masks instead of refusing other sizes')
    .option('--json', 'write all scores as JSON')
    .action(run);
}

async function run(paths: readonly string[], args: Arguments): Promise<void> {
  if ((args.masks === undefined) === (args.fixations === undefined))
    fail('give either --masks or --fixations: what the maps are judged by');
  const wanted = args.metrics === undefined ? undefined : listOf('--metrics', args.metrics);
  const files = mapFiles(paths);
  const failures: [string, Error][] = [];
  const scored =
    args.masks !== undefined ? await byMasks(files, args, wanted, failures) : await byFixations(files, args, wanted, failures);
  if (scored.length === 0 && failures.length === 1) throw failures[0]![1];
  const summary = summarise(scored);
  process.stdout.write(args.json ? `${JSON.stringify({ summary, maps: scored }, null, 2)}\n` : textOf(summary, scored));
  reportFailures(failures, scored, files.length);
}

async function byMasks(
  files: readonly string[],
  { masks = '', resize = false }: Arguments,
  wanted: readonly string[] | undefined,
  failures: [string, Error][],
): Promise<MapScores[]> {
  const folder = truthFolder(masks, 'masks');
  const judged = await eachFile(files, failures, async (path) => {
    const { file, rest } = folder.find(path);
    const truth = await readMask(file);
    const map = await readMap(path);
    return {
      name: basename(path),
      group: rest || 'maps',
      map: resize ? resizedTo(map, truth) : sized(map, truth, path, file),
      truth,
    };
  });
  return scoreByMasks(judged, wanted);
}

async function byFixations(
  files: readonly string[],
  { fixations = '', sigma }: Arguments,
  wanted: readonly string[] | undefined,
  failures: [string, Error][],
): Promise<MapScores[]> {
  const blur = sigma === undefined ? undefined : Number(sigma);
  if (blur !== undefined && !(blur > 0)) fail(`--sigma is a number of pixels above 0, not ${sigma}`);
  const folder: TruthFolder = truthFolder(fixations, 'fixations');
  const judged = await eachFile(files, failures, async (path) => {
    const { file, name, rest } = folder.find(path);
    const truth = { image: name, fixations: await readFixations(file) };
    return { name: basename(path), group: rest || 'maps', map: await readMap(path), truth };
  });
  return scoreByFixations(judged, wanted, blur);
}

/** What could be read; the rest is in the failures. */
async function eachFile<T>(
  files: readonly string[],
  failures: [string, Error][],
  read: (path: string) => Promise<T>,
): Promise<T[]> {
  const progress = progressBar(files.length);
  const results: T[] = [];
  for (const [i, path] of files.entries()) {
    progress.update(i, stem(path));
    try {
      results.push(await read(path));
    } catch (error) {
      failures.push([path, error as Error]);
    }
  }
  progress.end();
  return results;
}

function sized(map: HeatMap, truth: HeatMap, path: string, file: string): HeatMap {
  if (map.width === truth.width && map.height === truth.height) return map;
  return fail(
    `${path} has ${map.width}x${map.height} values and its mask ${file} ${truth.width}x${truth.height} pixels; ` +
      'if both show the same picture, --resize brings the map to the size of the mask',
  );
}

/** A table a group: the mean of each metric, its interval, and what chance is. */
function textOf(summary: readonly GroupSummary[], scored: readonly MapScores[]): string {
  const described = new Map([...maskMetrics, ...fixationMetrics].map((metric) => [metric.name, metric]));
  const tables = summary.map(({ group, metrics }) => {
    const count = scored.filter((one) => one.group === group).length;
    const lines = Object.entries(metrics).map(([name, estimate]) => {
      const { better, chance } = described.get(name)!;
      const note = better === 'neither' ? chance : `${better} is better; chance: ${chance}`;
      return `  ${name.padEnd(26)}${shown(estimate).padEnd(34)}${note}\n`;
    });
    return `${group}, ${count} map${count === 1 ? '' : 's'}\n${lines.join('')}`;
  });
  return tables.join('\n');
}

function shown({ mean, low, high, n }: Estimate): string {
  const interval = low === undefined || high === undefined ? 'one map, no interval' : `${low.toFixed(3)} to ${high.toFixed(3)}`;
  return `${mean.toFixed(4)}  (${interval}${low === undefined ? '' : `, n ${n}`})`;
}

function reportFailures(failures: readonly [string, Error][], scored: readonly MapScores[], files: number): void {
  const lines = failures.map(([path, error]) => `sightline: ${error instanceof UserError ? '' : `${path}: `}${error.message}\n`);
  const metrics = scored.flatMap(({ name, failures }) =>
    Object.entries(failures).map(([metric, message]) => `sightline: ${name}: ${metric}: ${message}\n`),
  );
  if (lines.length + metrics.length === 0) return;
  const total = failures.length > 0 ? `sightline: ${failures.length} of ${files} maps could not be scored\n` : '';
  process.stderr.write(`${[...lines, ...new Set(metrics)].join('')}${total}`);
  process.exitCode = 1;
}
