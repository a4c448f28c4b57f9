/** What a scene is made of: every factor is data, drawn independently of the others, so that what a label depends on is known. */
import { type Random, random } from '../tensor/random.js';

/** The classes that objects have. */
export const shapes = ['circle', 'square', 'triangle', 'cross'] as const;
/** The classes that contexts have. */
export const textures = ['stripes', 'dots', 'checks', 'clouds'] as const;
export const colours = ['red', 'green', 'blue', 'yellow', 'purple', 'orange'] as const;
/** The classes that tags have. */
export const tagKinds = ['solid', 'horizontal', 'vertical', 'checked'] as const;
export const corners = ['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const;

export type Shape = (typeof shapes)[number];
export type Texture = (typeof textures)[number];
export type Colour = (typeof colours)[number];
/** `novel` is in no sampled scene: a tag that no model has been trained on. */
export type TagKind = (typeof tagKinds)[number] | 'novel';
export type Corner = (typeof corners)[number];

/** A direction as tan(angle / 2): a rational rotation, so that no platform's sine differs. */
type Turn = number;

/** Offsets of red, green and blue from the colour's own, -12 to 12. */
type Jitter = readonly [number, number, number];

export interface Context {
  readonly texture: Texture;
  readonly colour: Colour;
  readonly jitter: Jitter;
  /** Length of one period, in sides of the image. */
  readonly period: number;
  readonly turn: Turn;
  /** Shift in periods. */
  readonly phase: readonly [number, number];
}

export interface Thing<S extends string> {
  readonly shape: S;
  readonly colour: Colour;
  readonly jitter: Jitter;
  /** Centre, in sides of the image. */
  readonly x: number;
  readonly y: number;
  /** Of the circle around it, in sides of the image. */
  readonly radius: number;
  readonly turn: Turn;
}

export interface Tag {
  readonly kind: TagKind;
  readonly corner: Corner;
}

export interface Factors {
  readonly context: Context;
  readonly object?: Thing<Shape> | undefined;
  /** Something of a shape that is no class. */
  readonly distractor?: Thing<'ring'> | undefined;
  readonly tag?: Tag | undefined;
}

/** Side of a corner that only a tag may be in, in sides of the image. */
const cornerSide = 1 / 8;

/** The factors of the scene with this number. All are uniform and independent; the colours of a scene differ from each other. */
export function sampleFactors(seed: number): Factors {
  const r = random(seed);
  const palette = r.permutation(colours.length).map((i) => colours[i]!);
  const context = {
    texture: choose(r, textures),
    colour: palette[0]!,
    jitter: jitter(r),
    period: between(r, 0.1, 0.16),
    turn: between(r, -1, 1),
    phase: [r.uniform(), r.uniform()] as const,
  };
  const object = thing(r, choose(r, shapes), palette[1]!, [0.13, 0.23]);
  let distractor = thing(r, 'ring' as const, palette[2]!, [0.07, 0.1]);
  while (touch(object, distractor)) distractor = { ...distractor, ...place(r, distractor.radius) };
  const tag = { kind: choose(r, tagKinds), corner: choose(r, corners) };
  const [distracted, tagged] = [r.uniform() < 0.5, r.uniform() < 0.5];
  return { context, object, ...(distracted && { distractor }), ...(tagged && { tag }) };
}

function thing<S extends string>(r: Random, shape: S, colour: Colour, [least, most]: readonly [number, number]): Thing<S> {
  const radius = between(r, least, most);
  return { shape, colour, jitter: jitter(r), radius, turn: between(r, -0.2, 0.2), ...place(r, radius) };
}

/** Inside the image and outside its corners, whether or not there is a tag: a place tells nothing of tags. */
function place(r: Random, radius: number): { readonly x: number; readonly y: number } {
  for (;;) {
    const [x, y] = [between(r, radius, 1 - radius), between(r, radius, 1 - radius)];
    const beyond = (at: number) => Math.max(Math.min(at, 1 - at) - cornerSide, 0);
    if (isFurther(beyond(x), beyond(y), radius)) return { x, y };
  }
}

const touch = (a: Thing<string>, b: Thing<string>) => !isFurther(a.x - b.x, a.y - b.y, a.radius + b.radius);

/** By products, which are exact to the last bit everywhere; powers need not be. */
const isFurther = (x: number, y: number, distance: number) => x * x + y * y > distance * distance;

export const choose = <T>(r: Random, among: readonly T[]): T => among[r.below(among.length)]!;

const between = (r: Random, least: number, most: number) => least + (most - least) * r.uniform();

const jitter = (r: Random): Jitter => [r.below(25) - 12, r.below(25) - 12, r.below(25) - 12];
