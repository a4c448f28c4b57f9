/** Whole networks as PyTorch's exporters write them, against Zennit in double precision (oracles/lrp/make_lrp_fixtures.py). */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explain } from '../../explain/explain.js';
import type { GivenOptions } from '../../options.js';
import { nodeRuntime, openModelFile } from '../../runtime/node/index.js';
import { decodeNpy } from '../../tensor/npy.js';
import type { FloatArray } from '../../tensor/tensor.js';

interface Oracle {
  readonly name: string;
  readonly model: string;
  readonly input: string;
  readonly target: readonly number[];
  readonly options: GivenOptions;
  readonly expected: string;
  readonly tolerance: number;
}

// Another folder of the script's, for a thorough check.
const place = process.env.LRP_FIXTURES;
const folder = place ? new URL(`file://${place}/`) : new URL('../../../test/fixtures/lrp/', import.meta.url);
const read = (file: string) => decodeNpy(readFileSync(new URL(file, folder)), file) as FloatArray;
const index = new URL('cases.json', folder);
const { cases } = JSON.parse(existsSync(index) ? readFileSync(index, 'utf8') : '{"cases":[]}') as { cases: readonly Oracle[] };

describe('relevance of networks', async () => {
  const runtime = await nodeRuntime({ threads: 1 });
  it.each(cases)('$name', async ({ model, input, target, options, expected, tolerance }) => {
    const opened = openModelFile(new URL(model, folder).pathname);
    const wanted = read(expected);
    const { attribution } = await explain({ ...opened, runtime }, 'lrp', read(input), { options, targets: target });
    const largest = wanted.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const error = wanted.data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - attribution.data[i]!)), 0) / largest;
    expect(attribution.shape).toEqual(wanted.shape);
    expect(error).toBeLessThanOrEqual(tolerance);
  });
});
