/** Whole networks, from file to raw attribution, against the reference libraries (oracles/, scripts make_*_fixtures.py, and the shared conformance cases). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runtime } from '../../test/networks.js';
import { openModelFile } from '../runtime/node/index.js';
import { decodeNpy } from '../tensor/npy.js';
import type { FloatArray } from '../tensor/tensor.js';
import { explain } from './explain.js';

interface Case {
  readonly name: string;
  readonly method: string;
  readonly model: string;
  readonly input: string;
  readonly expected: string;
  readonly target?: readonly number[];
  readonly layer?: string;
  readonly layers?: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
  readonly tolerance?: number;
  readonly tol?: number;
  readonly signFree?: boolean;
}

/** Gradients are tested as graphs in src/autodiff; what is left of them here goes through the whole of `explain`. */
const through = (each: Case) => each.method !== 'gradient';

describe.each(['cam', 'cam-options', 'gradient', 'methods'])('test/fixtures/%s', (name) => {
  const folder = new URL(`../../test/fixtures/${name}/`, import.meta.url);
  const read = (file: string) => decodeNpy(readFileSync(new URL(file, folder)), file) as FloatArray;
  const { cases } = JSON.parse(readFileSync(new URL('cases.json', folder), 'utf8')) as { cases: readonly Case[] };

  it.each(cases.filter(through))(
    '$name',
    async ({ method, model, input, expected, target, layer, layers, options, ...accepted }) => {
      const file = openModelFile(new URL(model, folder).pathname);
      const named = layers ?? (layer !== undefined ? [layer] : undefined);
      const { attribution } = await explain({ ...file, runtime: await runtime }, method, read(input), {
        ...(target && { targets: target }),
        ...(named && { layers: named }),
        ...(options && { options }),
      });
      const wanted = read(expected);
      const got = attribution.data;
      expect(got.length).toBe(wanted.data.length);
      const agreement = wanted.data.reduce((sum, value, i) => sum + value * got[i]!, 0);
      const sign = accepted.signFree && agreement < 0 ? -1 : 1;
      const largest = wanted.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const worst = wanted.data.reduce((most, value, i) => Math.max(most, Math.abs(value - sign * got[i]!)), 0);
      expect(worst / largest).toBeLessThanOrEqual(accepted.tolerance ?? accepted.tol ?? 1e-4);
    },
  );
});
