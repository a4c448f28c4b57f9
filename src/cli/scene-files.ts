/** The files of many scenes: pictures and masks by number, or arrays of thousands for training. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Image } from '../image/index.js';
import { encodePng } from '../image/node/index.js';
import { factorsNamed, parts, renderScene, type Scene, type TwinKind, twinKinds } from '../scenes/index.js';
import { npyHeader } from '../tensor/npy.js';
import { makeFolder } from './output.js';

export interface SceneSeries {
  readonly first: number;
  readonly count: number;
  /** Side in pixels. */
  readonly size: number;
  readonly twins: boolean;
}

/** Files that grow, each under another name until all are whole. */
class Pieces {
  private readonly files = new Map<string, number>();
  constructor(private readonly folder: string) {}

  append(name: string, bytes: Uint8Array): void {
    const file = this.files.get(name) ?? this.open(name);
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
  }

  keep(): void {
    for (const [name, file] of this.files) {
      closeSync(file);
      renameSync(this.partOf(name), join(this.folder, name));
    }
    this.files.clear();
  }

  drop(): void {
    for (const [name, file] of this.files) {
      closeSync(file);
      rmSync(this.partOf(name), { force: true });
    }
    this.files.clear();
  }

  private open(name: string): number {
    makeFolder(dirname(join(this.folder, name)));
    const file = openSync(this.partOf(name), 'w');
    this.files.set(name, file);
    return file;
  }

  private partOf(name: string): string {
    return join(this.folder, `${name}.part`);
  }
}

/** How many scenes an array has at most. */
const SHARD = 10_000;

/**
 * Writes the scenes and `index.jsonl`, one line each.
 * @param asArrays .npy of bytes, [n, size, size, 3] and masks [n, 4, size, size], instead of pictures
 * @param onScene called with how many are done
 */
export async function writeScenes(
  folder: string,
  series: SceneSeries,
  { asArrays, onScene }: { readonly asArrays: boolean; readonly onScene: (done: number) => void },
): Promise<void> {
  const files = new Pieces(folder);
  const write = asArrays ? appendToArrays : writePictures;
  const phrases: [name: string, object: string, context: string][] = [];
  const encoder = new TextEncoder();
  try {
    for (let place = 0; place < series.count; place++) {
      const seed = series.first + place;
      const scene = renderScene(seed, series);
      const twins = series.twins ? twinsOf(seed, series.size) : {};
      await write(files, { seed, scene, twins }, { ...series, place });
      files.append('index.jsonl', encoder.encode(`${JSON.stringify(record(seed, scene, twins))}\n`));
      const [object, context] = scene.caption.split(' on ') as [string, string];
      phrases.push([sceneName(seed), object, context]);
      onScene(place + 1);
    }
    const table = (column: 1 | 2) => JSON.stringify(Object.fromEntries(phrases.map((row) => [row[0], row[column]])), null, 1);
    files.append('objects.json', encoder.encode(`${table(1)}\n`));
    files.append('contexts.json', encoder.encode(`${table(2)}\n`));
    files.keep();
  } catch (error) {
    files.drop();
    throw error;
  }
}

/** What files of a scene are called. */
export const sceneName = (seed: number) => `scene-${seed}`;

type Twins = Readonly<Partial<Record<TwinKind, Scene>>>;

interface Made {
  readonly seed: number;
  readonly scene: Scene;
  readonly twins: Twins;
}

function twinsOf(seed: number, size: number): Twins {
  return Object.fromEntries(twinKinds.map((kind) => [kind, renderScene(factorsNamed(seed, kind), { size })]));
}

function record(seed: number, { factors, image, caption }: Scene, twins: Twins): object {
  const others = Object.entries(twins).map(([kind, twin]) => [kind, factorsRecord(twin.factors)]);
  const { context, object, distractor, tag } = factorsRecord(factors);
  const line = { seed, size: image.width, caption, context, object, distractor, tag };
  return others.length ? { ...line, twins: Object.fromEntries(others) } : line;
}

const factorsRecord = ({ context, object, distractor, tag }: Scene['factors']) => {
  return { context, object: object ?? null, distractor: distractor ?? null, tag: tag ?? null };
};

async function writePictures(files: Pieces, { seed, scene, twins }: Made): Promise<void> {
  const name = `${sceneName(seed)}.png`;
  files.append(join('images', name), await encodePng(scene.image));
  for (const part of parts) {
    const mask = scene.masks[part];
    if (mask.includes(1)) files.append(join('masks', part, name), await encodePng(blackAndWhite(mask, scene.image)));
  }
  for (const [kind, twin] of Object.entries(twins)) files.append(join('twins', kind, name), await encodePng(twin.image));
}

const blackAndWhite = (mask: Uint8Array, { width, height }: Image): Image => {
  return { width, height, data: Uint8Array.from({ length: 3 * mask.length }, (_, i) => 255 * mask[Math.floor(i / 3)]!) };
};

async function appendToArrays(
  files: Pieces,
  { scene, twins }: Made,
  { place, count, size }: SceneSeries & { readonly place: number },
): Promise<void> {
  const shard = Math.floor(place / SHARD);
  const length = Math.min(count - shard * SHARD, SHARD);
  const append = (stem: string, shape: readonly number[], arrays: readonly Uint8Array[]) => {
    const name = `${stem}-${String(shard).padStart(4, '0')}.npy`;
    if (place % SHARD === 0) files.append(name, npyHeader('|u1', [length, ...shape]));
    for (const array of arrays) files.append(name, array);
  };
  append('images', [size, size, 3], [scene.image.data]);
  const { object, context, tag, distractor } = scene.masks;
  append('masks', [4, size, size], [object, context, tag, distractor]);
  for (const [kind, twin] of Object.entries(twins)) append(`twins-${kind}`, [size, size, 3], [twin.image.data]);
}
