import { afterEach, describe, expect, it, vi } from 'vitest';
import { randomPicture, randoms } from '../../../test/fixtures/saliency/load.js';
import { type Kernels, MODULE_MEMORY, simdKernels } from './kernels.js';
import { moduleBytes } from './module-bytes.js';
import { plainKernels } from './plain-kernels.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it('the committed module is what kernels.wat says, and small enough for the main thread of a browser', async () => {
  const script = new URL('../../../scripts/saliency-kernels.mjs', import.meta.url).href;
  const { assembled } = (await import(script)) as { assembled: () => Promise<Uint8Array> };
  expect(Buffer.from(moduleBytes).equals(await assembled())).toBe(true);
  expect(moduleBytes.length).toBeLessThan(4096);
});

it('the memory cannot grow', () => {
  const { memory } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes)).exports as { memory: WebAssembly.Memory };
  expect(memory.buffer.byteLength).toBe(MODULE_MEMORY);
  expect(() => memory.grow(1)).toThrow(RangeError);
});

/** Where each kernel finds doubles and floats between -1 and 1 (and pixels between 0 and 1), and where it writes. */
const doublesAt = 0;
const floatsAt = 2 ** 18;
const outAt = 2 ** 19;
const apart = 2 ** 15;
const outs = [0, 1, 2].map((i) => outAt + i * apart);

interface KernelCase {
  /** Calls the kernel for a number of places; returns what else it answers. */
  readonly run: (loops: Kernels, count: number) => unknown;
  /** Bytes that it may write at each of its outputs, and bytes behind them that it may touch. */
  readonly written: (count: number) => number;
  readonly outputs?: number;
  readonly slack: number;
}

const blend =
  (rows: number): KernelCase['run'] =>
  (loops, count) =>
    loops.blend(doublesAt, doublesAt + apart, doublesAt + 2 * apart, rows, count, outAt);

/** Seven values, of which some gaps hold no place of a narrow result. */
const stretch: KernelCase['run'] = ({ memory, stretch }, count) => {
  const [ends, starts] = [doublesAt + apart, doublesAt + 2 * apart];
  new Int32Array(memory, ends, 8).set(Array.from({ length: 8 }, (_, k) => Math.round(((k + 1) * count) / 8)));
  stretch(floatsAt, 7, ends, starts, 7 / count, outAt);
};

const kernelCases: Record<string, KernelCase> = {
  stretch: { run: stretch, written: (count) => 8 * count, slack: 8 },
  'blend, a row': { run: blend(1), written: (count) => 4 * count, slack: 12 },
  'blend, six rows': { run: blend(6), written: (count) => 24 * count, slack: 12 },
  add: { run: (loops, count) => loops.add(outAt, floatsAt, count), written: (count) => 4 * count, slack: 12 },
  five: {
    run: ({ five }, count) => five(0, 8, 8000, 24, 32, 4000, count, outAt),
    written: (count) => 8 * count,
    slack: 8,
  },
  butterfly: {
    run: ({ butterfly }, count) => butterfly(0, outAt, apart, 8 * count, count, 0.3, -0.4, 0.5, 0.6, -0.7, 0.8),
    written: (count) => 32 * count,
    outputs: 2,
    slack: 8,
  },
  widen: { run: (loops, count) => loops.widen(floatsAt, count, outAt), written: (count) => 8 * count, slack: 8 },
  narrow: { run: (loops, count) => loops.narrow(doublesAt, count, outAt), written: (count) => 4 * count, slack: 12 },
  halve: { run: (loops, count) => loops.halve(doublesAt, count, outAt), written: (count) => 8 * count, slack: 8 },
  opponents: {
    run: ({ opponents }, count) => opponents(floatsAt, count, 1 / 3, 0.4, outs[0]!, outs[1]!, outs[2]!),
    written: (count) => 8 * count,
    outputs: 3,
    slack: 8,
  },
};

const counts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 64, 65, 255, 1000];

/** Fills what is read with numbers, and what may be written with a pattern of bytes. */
function prepared(loops: Kernels): Kernels {
  new Float64Array(loops.memory, doublesAt, floatsAt / 8).set(randoms(floatsAt / 8, 3).map((value) => 2 * value - 1));
  new Float32Array(loops.memory, floatsAt, (outAt - floatsAt) / 4).set(randoms((outAt - floatsAt) / 4, 5));
  // As floats and as doubles small numbers, so that sums of them are numbers too.
  new Uint8Array(loops.memory, outAt).fill(0x3a);
  return loops;
}

describe('SIMD gives the bits of TypeScript, and writes nothing else', () => {
  it.each(Object.entries(kernelCases))('%s', (_, { run, written, outputs = 1, slack }) => {
    const fast = simdKernels()!;
    const plain = plainKernels(MODULE_MEMORY);
    for (const count of counts) {
      run(prepared(fast), count);
      run(prepared(plain), count);
      for (const at of outs.slice(0, outputs)) {
        const bytes = (loops: Kernels, from: number, length: number) => Buffer.from(loops.memory, from, length);
        const length = written(count);
        expect(bytes(fast, at, length).equals(bytes(plain, at, length)), `${count}`).toBe(true);
        expect(bytes(fast, at, length).every((byte) => byte === 0x3a)).toBe(false);
        const behind = bytes(fast, at + length + slack, apart - length - slack);
        expect(behind.every((byte) => byte === 0x3a)).toBe(true);
      }
      expect(bytesBefore(fast).equals(bytesBefore(plain))).toBe(true);
    }
  });

  it.each([2, 3, 4, 5, 6, 7, 8, 9, 41, 1000])('peaks of rows of %i', (width) => {
    const [fast, plain] = [simdKernels()!, plainKernels(MODULE_MEMORY)].map((loops) => {
      // Few levels, so that many neighbours are equal.
      const levels = randoms(3 * width, width).map((value) => Math.floor(12 * value));
      new Float32Array(loops.memory, 0, 3 * width).set(levels);
      const count = loops.peaks(0, 4 * width, 8 * width, width, outAt);
      return [...new Int32Array(loops.memory, outAt, count)];
    });
    expect(fast).toEqual(plain);
    if (width === 1000) expect(fast!.length).toBeGreaterThan(40);
  });
});

function bytesBefore(loops: Kernels): Buffer {
  return Buffer.from(loops.memory, 0, outAt);
}

/** The module at a path as it is where there is no WebAssembly, and as it is here. */
async function bothWays<T>(path: string): Promise<{ fast: T; plain: T }> {
  const fast = (await import(path)) as T;
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  const plain = (await import(path)) as T;
  expect(((await import('./kernels.js')) as typeof import('./kernels.js')).simdKernels()).toBeNull();
  return { fast, plain };
}

describe('without WebAssembly maps are the same to the bit', () => {
  it('resized, from and to any size', async () => {
    const { fast, plain } = await bothWays<typeof import('../filter/bilinear.js')>('../filter/bilinear.js');
    const sides = [1, 2, 3, 7, 64, 513];
    const sizes = [...sides.flatMap((width) => sides.map((height) => [width, height] as const)), [9000, 2], [70_000, 1]] as const;
    for (const [width, height] of sizes) {
      for (const [from, down] of [
        [1, 1],
        [5, 64],
        [130, 3],
      ] as const) {
        const plane = { width: from, height: down, data: randoms(from * down) };
        const [one, other] = [fast, plain].map(({ resizeBilinear }) => resizeBilinear(plane, width, height).data);
        expect(Buffer.from(one!.buffer).equals(Buffer.from(other!.buffer)), `${from}x${down} to ${width}x${height}`).toBe(true);
      }
    }
  });

  it.each([
    [1, 1],
    [9, 1],
    [1, 70],
    [37, 53],
    [131, 70],
  ])('of all methods, of a picture of %ix%i', async (width, height) => {
    const { fast, plain } = await bothWays<typeof import('../index.js')>('../index.js');
    const picture = randomPicture(height, width);
    for (const { name, options } of fast.saliencyMethods) {
      for (const variant of options.variant && 'choices' in options.variant ? options.variant.choices : [undefined]) {
        const [one, other] = [fast, plain].map(({ saliency }) => saliency(picture, name, variant ? { variant } : {}).data);
        expect(Buffer.from(one!.buffer).equals(Buffer.from(other!.buffer)), `${name} ${variant ?? ''}`).toBe(true);
      }
    }
  });
});

it('where compiling is forbidden TypeScript does it', async () => {
  const refused = class {
    constructor() {
      throw new WebAssembly.CompileError('Refused to compile or instantiate WebAssembly module');
    }
  };
  vi.stubGlobal('WebAssembly', { ...WebAssembly, validate: () => true, Module: refused, CompileError: Error });
  expect(simdKernels()).toBeNull();
});

it('a map owns its memory', async () => {
  const { resizeBilinear } = await import('../filter/bilinear.js');
  const plane = { width: 8, height: 8, data: randoms(64) };
  const first = resizeBilinear(plane, 40, 30);
  const before = first.data.slice();
  resizeBilinear({ ...plane, data: randoms(64, 2) }, 40, 30);
  expect(first.data).toEqual(before);
  expect(first.data.buffer.byteLength).toBe(4 * 40 * 30);
});
