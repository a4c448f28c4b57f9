/** Gives the inputs of a graph the sizes that the user states. */
import { didYouMean, fail } from '../errors.js';
import { type Dim, type Graph, type Info, type Shape, Value } from './graph.js';
import { substitute } from './infer/dims.js';

/** What inputs and facts from the file become. */
export interface Fixing {
  readonly input: (value: Value) => Value;
  readonly info: (info: Info) => Info;
}

/** @throws UserError where a size contradicts the model, or another */
export function fixSizes(graph: Graph, sizes: Readonly<Record<string, readonly number[]>>): Fixing {
  const bindings = new Map<string, number>();
  const ranks = new Map<string, Shape>();
  for (const [name, wanted] of Object.entries(sizes)) {
    const input = graph.inputs.find((value) => value.name === name) ?? unknown(graph, name);
    if (!wanted.every((size) => Number.isInteger(size) && (size > 0 || size === -1))) {
      fail(`input "${name}": [${wanted}] are not sizes; they are whole numbers from 1, or -1 to leave one open`);
    }
    const shape = input.shape ?? wanted.map((_, axis) => `${name}[${axis}]`);
    if (!input.shape) ranks.set(name, shape);
    if (!bind(shape, wanted, bindings))
      fail(`input "${name}" is [${shape.map((dim) => substitute(dim, bindings))}], got [${wanted}]`);
  }
  const fixed = (shape: Shape | undefined) => shape?.map((dim) => substitute(dim, bindings));
  return {
    input: (value) => {
      const shape = fixed(value.shape ?? ranks.get(value.name));
      return shape?.every((dim, axis) => dim === value.shape?.[axis]) ? value : new Value(value.name, { ...value.info, shape });
    },
    info: (info) => (bindings.size && info.shape ? { ...info, shape: fixed(info.shape) } : info),
  };
}

function unknown(graph: Graph, name: string): never {
  const names = graph.inputs.map((value) => value.name);
  return fail(
    `the model has no input "${name}"${didYouMean(name, names)}; its inputs are ${names.map((n) => `"${n}"`).join(', ')}`,
  );
}

/** Notes what the names in a shape stand for; false where the sizes do not fit, and nothing is noted. */
function bind(shape: Shape, wanted: readonly number[], bindings: Map<string, number>): boolean {
  if (shape.length !== wanted.length) return false;
  const noted = new Map<string, number>();
  for (const [axis, size] of wanted.entries()) {
    const dim: Dim = substitute(shape[axis]!, new Map([...bindings, ...noted]));
    if (size === -1 || dim === size) continue;
    if (typeof dim === 'number') return false;
    noted.set(dim, size);
  }
  for (const [name, size] of noted) bindings.set(name, size);
  return true;
}
