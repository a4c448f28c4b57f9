import { describe, expect, it } from 'vitest';
import { preset } from '../../image/index.js';
import { Builder } from '../../onnx/builder.js';
import { Graph } from '../../onnx/graph.js';
import { floats } from '../../onnx/tensor.js';
import { nodeRuntime } from '../../runtime/node/index.js';
import { corners } from '../../scenes/index.js';
import { tagBox } from '../../scenes/tag.js';
import { type BenchmarkModel, benchmark, modelContrast } from './benchmark.js';
import { standingsChart } from './chart.js';
import { type Entry, sceneEntries } from './entries.js';
import { type Benchmark, detailTable, leaders, massTable, refusals } from './tables.js';
import type { SceneTask } from './tasks.js';

/** Says in which corner the tag is, by how far from grey the pixels there are: it cannot look at anything else. */
async function cornerModel(): Promise<BenchmarkModel> {
  const b = new Builder(17);
  const x = b.input('image', 'float32', ['N', 3, 64, 64]);
  const weights = new Float32Array(3 * 64 * 64 * corners.length);
  for (const [k, corner] of corners.entries()) {
    const { left, top, side } = tagBox(corner, 64);
    for (let c = 0; c < 3; c++)
      for (let y = top; y < top + side; y++)
        for (let u = left; u < left + side; u++) weights[((c * 64 + y) * 64 + u) * corners.length + k] = 1;
  }
  const flat = b.op('Flatten', [b.op('Abs', [x])], { axis: 1 });
  const scores = b.op('MatMul', [flat, b.constant(floats(weights, [3 * 64 * 64, corners.length]))]);
  const details = { opset: 17, domains: {}, metadata: {}, producer: 'sightline', functions: [] };
  const graph = new Graph({ name: 'corners', inputs: [x], outputs: [b.named('scores', scores)], details });
  const recipe = { ...preset('imagenet'), mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5], scale: 1, steps: [] };
  return { graph, runtime: await nodeRuntime(), recipe };
}

const task: SceneTask = { model: 'corners', part: 'tag', label: ({ tag }) => tag && corners.indexOf(tag.corner) };
const options = { scenes: 30, slowScenes: 2, mosaics: 0 };
const named = (...names: string[]): Entry[] => sceneEntries().filter(({ name }) => names.includes(name));

describe('a benchmark on scenes', async () => {
  const model = await cornerModel();
  const asked = named('gradient', 'rise', 'occlusion', 'attention', 'spectral-residual', 'random', 'sobel', 'centre');
  const standings = await benchmark(model, task, asked, options);
  const of = (entry: string) => standings.standings.find((standing) => standing.entry === entry)!;

  it('finds what a network looks at that can look at nothing else', () => {
    expect(of('gradient').mass).toMatchObject({ mean: 1, n: 30 });
    expect(of('gradient').rank.mean).toBe(1);
    expect(of('gradient').pointing.mean).toBe(1);
    // Windows of 16 pixels are larger than a tag.
    expect(of('occlusion').mass.mean).toBeGreaterThan(5 * standings.area);
  });

  it('tells the time of a usual map: neither one that was held up nor the scoring counts', async () => {
    let asked = 0;
    const heldUp: Entry = {
      name: 'held up',
      kind: 'baseline',
      map: ({ width, height }) => {
        const end = performance.now() + (asked++ ? 0 : 300);
        while (performance.now() < end);
        return { width, height, data: new Float32Array(width * height).fill(1) };
      },
    };
    // The mean over ten maps would be at least 30 ms.
    const { standings: timed } = await benchmark(model, task, [heldUp], { ...options, scenes: 10 });
    expect(timed[0]!.milliseconds).toBeLessThan(10);
  });

  it('gives chance to what does not ask the network', () => {
    const side = tagBox('top-left', 64).side;
    expect(standings.area).toBeCloseTo(side ** 2 / 64 ** 2, 10);
    expect(of('random').mass.mean).toBeCloseTo(standings.area, 3);
    expect(of('centre').mass.mean).toBeLessThan(standings.area);
  });

  it('asks methods of many runs about fewer scenes, and says why one is not possible', () => {
    expect(of('rise').mass.n).toBe(2);
    expect(standings.refused.map(({ entry }) => entry)).toEqual(['attention']);
    expect(standings.refused[0]!.reason).toMatch(/attention/);
  });

  it('compares two networks scene by scene', () => {
    const halved = {
      ...standings,
      standings: standings.standings.map((standing) => ({
        ...standing,
        objectMass: new Map([...standing.objectMass].slice(5).map(([seed, share]) => [seed, share - 0.25] as const)),
      })),
    };
    const contrast = modelContrast(standings, halved).get('sobel')!;
    expect(contrast.mean).toBeCloseTo(0.25, 10);
    expect(contrast.n).toBe(25);
  });

  it('writes tables and a chart', () => {
    const result: Benchmark = { models: [standings], contrast: modelContrast(standings, standings) };
    expect(massTable(result)).toMatch(/\| gradient \| \*\*1\.00 ±0\.00\*\* \| 0\.00 ±0\.00 \|/);
    expect(massTable(result)).toMatch(/\| \*random\* \| 0\.01/);
    expect(detailTable(standings)).toMatch(/What decides is the tag/);
    expect(refusals(standings)).toMatch(/^Not possible here:\n\n- attention: the model is no vision transformer/);
    expect(leaders(result)).toMatch(/looks at the tag \(0\.9 % of the image\): gradient 1\.00/);
    const chart = standingsChart(result);
    expect(chart.match(/<circle/g)).toHaveLength(standings.standings.length);
    expect(chart).not.toMatch(/NaN|undefined/);
  });

  it('is refused where the network is not right often enough', async () => {
    const wrong = {
      ...task,
      label: ({ tag }: Parameters<SceneTask['label']>[0]) => tag && (corners.indexOf(tag.corner) + 1) % 4,
    };
    await expect(benchmark(model, wrong, named('random'), { ...options, scenes: 3 })).rejects.toThrow('right on only');
  });

  it('has every method for classifiers, each composite once, and classical saliency', () => {
    const names = sceneEntries().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(['lrp epsilon-plus', 'lrp attn-lrp', 'grad-cam', 'kernel-shap', 'itti', 'random']),
    );
  });
});
