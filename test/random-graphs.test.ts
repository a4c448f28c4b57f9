import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UserError } from '../src/errors.js';
import { elementCount, type NdArray } from '../src/tensor/tensor.js';
import { arrayOf, backwardOf, graphOf, load, plain, textOf } from './finite-differences.js';
import { makers, type Step, sceneOf } from './random-graphs.js';
import { randomOf } from './samples.js';

const RUNS = Number(process.env.SIGHTLINE_RANDOM_GRAPHS ?? 60);
/** A step across a kink is wrong by as much as it is across: a smaller one may not be. */
const STEPS = [4e-3, 1e-3, 3e-4];
const RTOL = 0.02;

const program = fc.array(
  fc.record<Step>({
    operator: fc.constantFrom(...Object.keys(makers)),
    picks: fc.tuple(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(5)), fc.nat(5)),
    parameter: fc.nat(11),
  }),
  { minLength: 1, maxLength: 9 },
);

/** What is wrong with the gradient of a program at three places, if at all three: at one a kink may lie within every step. */
async function fault(steps: readonly Step[]): Promise<string | undefined> {
  let found: string | undefined;
  for (const place of ['one', 'two', 'three']) {
    found = await faultAt(steps, place);
    if (!found) return undefined;
  }
  return found;
}

/** The gradient is compared along three random directions. */
async function faultAt(steps: readonly Step[], place: string): Promise<string | undefined> {
  const scene = sceneOf(steps);
  const [x, y] = [scene.inputs[0]!, scene.outputs[0]!];
  const text = () => `\n${textOf(graphOf(scene, scene.outputs))}`;
  let backward: ReturnType<typeof backwardOf>;
  try {
    backward = backwardOf(scene, [x]);
  } catch (error) {
    return error instanceof UserError && /zero everywhere/.test(error.message)
      ? undefined
      : `${(error as Error).message}${text()}`;
  }
  const random = randomOf(place + JSON.stringify(steps));
  const draw = (shape: readonly number[]) => Array.from({ length: elementCount(shape) }, () => 2 * random() - 1);
  const shape = x.shape as number[];
  const start = draw(shape);
  const dy = draw(y.shape as number[]);
  const session = await load(graphOf(scene, scene.outputs), 'all');
  const gradient = await load(graphOf(backward, backward.outputs), 'all');
  try {
    const feed = (values: readonly number[]): Record<string, NdArray> => ({ x: arrayOf('float32', values, shape) });
    const dx = plain((await gradient.run({ ...feed(start), dy0: arrayOf('float32', dy, y.shape as number[]) })).dx!);
    for (let trial = 0; trial < 3; trial++) {
      const direction = draw(shape);
      const parts = dx.map((value, i) => value * direction[i]!);
      const slope = parts.reduce((sum, part) => sum + part, 0);
      const size = Math.sqrt(parts.reduce((sum, part) => sum + part * part, 0));
      const differences: number[] = [];
      for (const step of STEPS) {
        const at = async (sign: number) =>
          plain((await session.run(feed(start.map((v, i) => v + sign * step * direction[i]!))))[y.name]!);
        const [above, below] = [await at(1), await at(-1)];
        differences.push(above.reduce((sum, value, i) => sum + (value - below[i]!) * dy[i]!, 0) / (2 * step));
      }
      const noise = 1e-3 * Math.sqrt(dy.length);
      if (!differences.some((difference) => Math.abs(difference - slope) <= RTOL * Math.max(size, Math.abs(slope)) + noise))
        return `slope ${slope} along direction ${trial}, differences say ${differences.join(', ')}${text()}`;
    }
    return undefined;
  } finally {
    await session.dispose();
    await gradient.dispose();
  }
}

it('gradients of random graphs equal finite differences', async () => {
  await fc.assert(
    fc.asyncProperty(program, async (steps) => {
      expect(await fault(steps)).toBeUndefined();
    }),
    { numRuns: RUNS, seed: 2024, endOnFailure: false },
  );
}, 120_000);
