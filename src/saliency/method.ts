/** What a method of classical saliency is: a name, options, and a pure function from a picture to a map. */
import type { Plane } from '../image/image.js';
import type { OptionSpecs, OptionValues } from '../options.js';
import type { Picture } from './picture.js';

/** Receives intermediate maps by name, as a course would show them: pyramids' contrasts, spectra, superpixels. */
export type Show = (name: string, map: Plane) => void;

export interface SaliencyMethod<S extends OptionSpecs = OptionSpecs> {
  readonly name: string;
  /** One sentence for lists and help, with the range of the map. */
  readonly summary: string;
  /** The paper, and the program whose numbers it gives. */
  readonly reference: string;
  readonly options: S;
  /** The map does not depend on what the picture shows: a baseline. All others are zero on a picture of one colour. */
  readonly blind?: boolean;
  /** The raw map, of the picture's size: not normalised beyond what the reference does. */
  readonly compute: (picture: Picture, options: OptionValues<S>, show?: Show) => Plane;
}

/** Declares a method; its options are typed by their declaration. */
export function defineSaliency<const S extends OptionSpecs>(method: SaliencyMethod<S>): SaliencyMethod {
  return method as unknown as SaliencyMethod;
}
