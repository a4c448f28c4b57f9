/** Which tokens are patches of the image, and on what grid they lie. */
import type { Builder } from '../onnx/builder.js';
import { type Node, operands, reachable, type Shape, type Value } from '../onnx/graph.js';
import type { Flow } from './flow.js';

export interface Tokens {
  /** All of them: patches, and class, register or distillation tokens. */
  readonly count: number;
  /** Place of the first patch: how many tokens stand before. */
  readonly first: number;
  /** Rows and columns of patches. */
  readonly grid: readonly [number, number];
}

/** More tokens than this beside the patches are no class or register tokens. */
const mostOthers = 64;

/**
 * The grid is that of the last convolution before the tokens, or of the axes in which patches were cut out; else the one grid that has
 * the image's proportions. None where no grid has about as many places as there are tokens.
 */
export function tokensOf(flow: Flow, input: Value, end: Value, count: number): Tokens | undefined {
  const before = reachable([end])
    .nodes.filter((node) => operands(node).some(flow.carries))
    .reverse();
  const fits = ([rows, columns]: readonly [number, number]) => {
    const others = count - rows * columns;
    return others >= 0 && others < Math.min(rows * columns, mostOthers);
  };
  const grids = before.map((node) => gridOf(flow, node)).filter((found) => found !== undefined);
  const grid = grids.length ? grids.find(fits) : proportionalGrid(input.shape, count);
  return grid && { count, first: firstPatch(flow, before, grid[0] * grid[1], count), grid };
}

/** Values of tokens, [..., keys], as maps [..., rows, columns]; what stands before the patches is dropped. */
export function patchMap(b: Builder, { count, first, grid }: Tokens, values: Value, keys = count): Value {
  const patches = grid[0] * grid[1];
  const start = first + keys - count;
  const cut = keys === patches ? values : b.slice(values, { starts: [start], ends: [start + patches], axes: [-1] });
  return b.reshape(cut, [...values.shape!.slice(1).map(() => 0), ...grid]);
}

const windowed = new Set(['Conv', 'AveragePool', 'MaxPool']);

function gridOf({ carries }: Flow, node: Node): [number, number] | undefined {
  const shape = node.output().shape ?? [];
  if (windowed.has(node.op) && shape.length === 4) return pair(shape[2], shape[3]);
  // [N, C, rows, p, columns, p], or channels last: of the image; of layers, these are windows.
  if (node.op === 'Reshape' && shape.length === 6 && !behindLayer(carries, node))
    return shape[2] === shape[4] ? pair(shape[1], shape[3]) : pair(shape[2], shape[4]);
  return undefined;
}

const layers = new Set(['Conv', 'MatMul', 'Gemm', 'Einsum']);

const behindLayer = (carries: Flow['carries'], node: Node): boolean =>
  reachable(node.inputs.filter(carries)).nodes.some(({ op }) => layers.has(op));

function pair(rows: unknown, columns: unknown): [number, number] | undefined {
  return typeof rows === 'number' && typeof columns === 'number' && rows * columns > 1 ? [rows, columns] : undefined;
}

function proportionalGrid(image: Shape | undefined, count: number): [number, number] | undefined {
  const [height, width] = (image ?? []).slice(image && typeof image[1] === 'number' && image[1] <= 4 ? 2 : 1);
  if (typeof height !== 'number' || typeof width !== 'number') return undefined;
  for (let patches = count; patches > Math.max(1, count - 16); patches--) {
    const rows = Math.sqrt((patches * height) / width);
    if (Number.isInteger(rows) && Number.isInteger(patches / rows)) return [rows, patches / rows];
  }
  return undefined;
}

/** Tokens that were joined in front of the patches. */
function firstPatch(flow: Flow, before: readonly Node[], patches: number, count: number): number {
  if (patches === count) return 0;
  for (const node of before) {
    if (node.op !== 'Concat') continue;
    const axis = node.int('axis');
    const sizes = node.inputs.map((value) => value?.shape?.at(axis));
    const at = node.inputs.findIndex((value, i) => flow.carries(value) && sizes[i] === patches);
    if (at < 0 || !sizes.every((size) => typeof size === 'number')) continue;
    const first = sizes.slice(0, at).reduce((sum: number, size) => sum + (size as number), 0);
    if (first + patches <= count) return first;
  }
  return count - patches;
}
