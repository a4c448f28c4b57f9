/** Twins: the same scene made again with one factor changed. What a model says of both is what the factor does, and no fill is needed. */
import { type Random, random } from '../tensor/random.js';
import { choose, colours, corners, type Factors, sampleFactors, shapes, type TagKind, tagKinds, textures } from './factors.js';

export const twinKinds = [
  'other-object',
  'other-shape',
  'other-context',
  'other-texture',
  'no-object',
  'no-tag',
  'other-tag',
  'novel-tag',
  'no-distractor',
] as const;
export type TwinKind = (typeof twinKinds)[number];

/**
 * The factors of a scene's twin. Where it has nothing of the kind (`no-tag` without a tag) the twin is the scene; `other-tag` and `novel-tag` put one
 * where there is none.
 * @param seed decides what the other one is; the scene's number, so that twins are as repeatable as scenes
 */
export function twinOf(factors: Factors, kind: TwinKind, seed: number): Factors {
  return changes[kind](factors, random((seed ^ 0x5ce4e5) | 0));
}

const changes: Readonly<Record<TwinKind, (factors: Factors, r: Random) => Factors>> = {
  'other-object': ({ object, ...rest }, r) => {
    if (!object) return rest;
    const taken = [object.colour, rest.context.colour, rest.distractor?.colour];
    const colour = choose(r, without(colours, taken));
    return { ...rest, object: { ...object, colour, shape: choose(r, without(shapes, [object.shape])) } };
  },
  'other-shape': ({ object, ...rest }, r) => {
    return object ? { ...rest, object: { ...object, shape: choose(r, without(shapes, [object.shape])) } } : rest;
  },
  'other-context': ({ context, ...rest }, r) => {
    const taken = [context.colour, rest.object?.colour, rest.distractor?.colour];
    const colour = choose(r, without(colours, taken));
    return { ...rest, context: { ...context, colour, texture: choose(r, without(textures, [context.texture])) } };
  },
  'other-texture': ({ context, ...rest }, r) => {
    return { ...rest, context: { ...context, texture: choose(r, without(textures, [context.texture])) } };
  },
  'no-object': (factors) => ({ ...factors, object: undefined }),
  'no-tag': (factors) => ({ ...factors, tag: undefined }),
  'other-tag': (factors, r) => tagged(factors, r, choose(r, without(tagKinds, [factors.tag?.kind]))),
  'novel-tag': (factors, r) => tagged(factors, r, 'novel'),
  'no-distractor': (factors) => ({ ...factors, distractor: undefined }),
};

function tagged(factors: Factors, r: Random, kind: TagKind): Factors {
  return { ...factors, tag: { kind, corner: factors.tag?.corner ?? choose(r, corners) } };
}

const without = <T>(all: readonly T[], taken: readonly unknown[]): T[] => all.filter((one) => !taken.includes(one));

/** The factors that "17" or "17/no-object" names. */
export function factorsNamed(seed: number, twin?: TwinKind): Factors {
  const factors = sampleFactors(seed);
  return twin ? twinOf(factors, twin, seed) : factors;
}
