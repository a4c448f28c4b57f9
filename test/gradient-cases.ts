/** Small graphs from rows of a table, each checked against finite differences in every variant that matters. */
import { describe, expect, it } from 'vitest';
import { Builder } from '../src/onnx/builder.js';
import type { Attributes, Node, Value } from '../src/onnx/graph.js';
import { type DType, fromHalf, isFloat, numbers, toHalf } from '../src/onnx/tensor.js';
import { elementCount, type NdArray } from '../src/tensor/tensor.js';
import {
  arrayOf,
  backwardOf,
  centralDifferences,
  type Differences,
  expectSlopes,
  graphOf,
  runOnce,
  type Scene,
  textOf,
} from './finite-differences.js';
import { asOperand, type Operand, type OperandLike, type Random, randomOf } from './samples.js';

export interface CaseOptions {
  /** By default 17, and 21 where the batch size is a name. */
  readonly opset?: number;
  /** Outputs that the gradient starts from. */
  readonly seeds?: readonly number[];
  /** Of the differences; 0.01 by default. Linear operators bear, and like, a large one. */
  readonly step?: number;
  /** Deviation allowed, relative to the largest slope. */
  readonly rtol?: number;
  /** False where the first axis is no batch, or must be known. */
  readonly batch?: boolean;
  /** Axes whose sizes are also names in the variant with a named batch. */
  readonly symbolic?: readonly number[];
  /** Nothing comes back: the derivative is zero everywhere at these inputs. */
  readonly zero?: boolean;
  /** Further types in which the graph is emitted, with the deviation allowed. */
  readonly types?: Readonly<Partial<Record<DType, number>>>;
}

type Operands = Readonly<Record<string, OperandLike>>;

/** One operator. */
export type GradientCase = readonly [op: string, operands: Operands, attributes?: Attributes, options?: CaseOptions];

/** Several. */
export type NetCase = readonly [
  title: string,
  operands: Operands,
  build: (b: Builder, values: Readonly<Record<string, Value>>) => Value | readonly Value[],
  options?: CaseOptions,
];

/** For operators that are linear: differences are then exact but for rounding. */
export const linear = { step: 0.5, rtol: 2e-5 } as const;

/** One test for each row. */
export function gradientCases(family: string, rows: readonly GradientCase[], defaults: CaseOptions = {}): void {
  netCases(
    family,
    rows.map(([op, operands, attributes = {}, options = {}]) => [
      titleOf(op, operands, attributes, options),
      operands,
      (b, values) => {
        const node = nodeOf(b, op, operands, values, attributes);
        return (options.seeds ?? [0]).map((i) => node.output(i));
      },
      options,
    ]),
    defaults,
  );
}

export function nodeOf(
  b: Builder,
  op: string,
  operands: Operands,
  values: Readonly<Record<string, Value>>,
  attributes: Attributes,
): Node {
  const inputs = Object.entries(operands).map(([name, like]) => values[typeof like === 'string' ? like : name]);
  return b.node(op, inputs, attributes);
}

export function netCases(family: string, rows: readonly NetCase[], defaults: CaseOptions = {}): void {
  describe(`gradients of ${family}`, () => {
    it.each(rows.map((row) => [row[0], row] as const))('%s', (_, [title, operands, build, own]) =>
      check([title, operands, build, { ...defaults, ...own }]),
    );
  });
}

async function check([title, operands, build, options = {}]: NetCase): Promise<void> {
  const { step = 0.01, rtol = 2e-3, types = {} } = options;
  const random = randomOf(title);
  const values = valuesOf(operands, random, 'float16' in types);

  const { scene, sources, feeds } = sceneOf(operands, build, options, values, 'float32', false);
  const outputs = await runOnce(graphOf(scene, scene.outputs), feeds, 'disabled');
  const seeds = outputs.map(({ values: y }) => y.map(() => 2 * random() - 1));
  const differences: Differences[] = [];
  for (const source of sources) differences.push(await centralDifferences(scene, source, feeds, { step, seeds, random }));
  const steepest = Math.max(...differences.flatMap(({ slopes }) => slopes.map(Math.abs)));
  if (!options.zero) expect(steepest, 'a test of a zero gradient says nothing').toBeGreaterThan(1e-3);

  const compare = async (dtype: DType, symbolic: boolean, optimization: 'disabled' | 'all', tolerance: number) => {
    const built = sceneOf(operands, build, options, values, dtype, symbolic);
    const backward = backwardOf(built.scene, built.sources);
    const variant = `${dtype}${symbolic ? ', sizes named' : ''}, ${optimization}`;
    try {
      expectTidy(built.scene, backward);
      if (!symbolic) expect(backward.outputs.map(({ shape }) => shape)).toEqual(built.sources.map(({ shape }) => shape));
      const dys = seeds.map((seed, i) => [`dy${i}`, arrayOf(built.scene.outputs[i]!.dtype!, seed, outputs[i]!.shape)]);
      const graph = graphOf(backward, backward.outputs);
      const results = await runOnce(graph, { ...built.feeds, ...Object.fromEntries(dys) }, optimization);
      results.forEach((result, i) => {
        expect(result.shape).toEqual(feeds[sources[i]!.name]!.shape);
        expectSlopes(differences[i]!, result.values, tolerance);
      });
    } catch (error) {
      throw new Error(`${variant}: ${(error as Error).message}\n${textOf(graphOf(backward, backward.outputs))}`);
    }
  };
  for (const optimization of ['disabled', 'all'] as const) {
    await compare('float32', false, optimization, rtol);
    if (options.batch !== false) await compare('float32', true, optimization, rtol);
    for (const [dtype, tolerance] of Object.entries(types)) await compare(dtype as DType, false, optimization, tolerance);
  }
}

/** The graph of a case in a type, with sizes known or named, and what to feed. */
function sceneOf(
  operands: Operands,
  build: NetCase[2],
  options: CaseOptions,
  values: Readonly<Record<string, readonly number[]>>,
  dtype: DType,
  symbolic: boolean,
): { scene: Scene; sources: Value[]; feeds: Record<string, NdArray> } {
  const b = new Builder(options.opset ?? (symbolic ? 21 : 17));
  const made: Record<string, Value> = {};
  const feeds: Record<string, NdArray> = {};
  const stated = Object.values(operands).flatMap((like) => (isOperand(like) ? asOperand(like) : []));
  const batch = stated.find(({ constant }) => !constant)?.shape[0];
  for (const [name, like] of Object.entries(operands)) {
    if (!isOperand(like)) continue;
    const operand = asOperand(like);
    const type = isFloat(operand.dtype) ? dtype : operand.dtype;
    if (operand.constant) {
      made[name] = b.constant(numbers(type, values[name]!, operand.shape));
    } else {
      const isBatched = batch !== 1 && operand.shape[0] === batch && operand.shape.length > 0;
      const named = (size: number, axis: number) =>
        isBatched && (axis === 0 || options.symbolic?.includes(axis)) ? ['N', 'C', 'H', 'W', 'D'][axis]! : size;
      made[name] = b.input(name, type, symbolic ? operand.shape.map(named) : operand.shape);
      feeds[name] = arrayOf(type, values[name]!, operand.shape);
    }
  }
  const inputs = Object.values(made).filter((value) => !value.tensor);
  return {
    scene: { b, inputs, outputs: [build(b, made)].flat() as readonly Value[] },
    sources: inputs.filter((value) => isFloat(value.dtype)),
    feeds,
  };
}

const isOperand = (like: OperandLike): like is readonly number[] | Operand => like !== null && typeof like !== 'string';

function valuesOf(operands: Operands, random: Random, halves: boolean): Record<string, readonly number[]> {
  const entries = Object.entries(operands).flatMap(([name, like]) => {
    if (!isOperand(like)) return [];
    const operand = asOperand(like);
    const values = operand.values(random);
    if (values.length !== elementCount(operand.shape)) throw new Error(`${name} needs ${elementCount(operand.shape)} values`);
    return [[name, halves ? values.map((value) => fromHalf(toHalf(value))) : values] as const];
  });
  return Object.fromEntries(entries);
}

/** Emitted graphs hold none of these: slow on the CPU engine, or missing on WebGPU (notes/ecosystem.md 2.3). */
const avoided = ['Where', 'Sign', 'Loop', 'If', 'Scan', 'Sum', 'Mean', 'Or', 'LogSoftmax', 'GroupNormalization', 'MaxUnpool'];

/** Every emitted node says where it comes from, is known to shape inference, and is one that every runtime runs well. */
function expectTidy(forward: Scene, backward: Scene): void {
  const before = new Set(graphOf(forward, forward.outputs).nodes);
  const outputs = new Set(backward.outputs.map(({ producer }) => producer));
  for (const node of graphOf(backward, backward.outputs).nodes) {
    if (before.has(node) || outputs.has(node)) continue;
    expect(avoided).not.toContain(node.op);
    expect(node.metadata['sightline.rule'], `source of ${node.label}`).toBeDefined();
    expect(node.output().shape, `shape of ${node.label}`).toBeDefined();
    expect(node.output().dtype, `type of ${node.label}`).toBeDefined();
  }
}

export function titleOf(op: string, operands: Operands, attributes: Attributes, { opset, seeds }: CaseOptions): string {
  const inputs = Object.entries(operands).map(([name, like]) => {
    if (!isOperand(like)) return like ?? '-';
    const { label, shape } = asOperand(like);
    return `${name}${label ?? `[${shape}]`}`;
  });
  const settings = Object.entries({ ...attributes, ...(opset && { opset }), ...(seeds && { seeds }) });
  return [op, ...inputs, ...settings.map(([name, value]) => `${name}=${plainText(value)}`)].join(' ');
}

const plainText = (value: unknown): string =>
  typeof value === 'object' && value && 'float' in value ? `${value.float}` : Array.isArray(value) ? `[${value}]` : `${value}`;
