/** A photo in memory, and a map over one. */

/** An 8-bit RGB image, row-major, three bytes a pixel. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** One float value a pixel, row-major: a heat map, a saliency map, a mask. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}
