/** Where a photo and a model's input canvas meet: what preprocessing did to the geometry, so that a map can be brought back. */
import type { Box } from './resize.js';
import { wholeOf } from './resize.js';

export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** How the model's input canvas lies over the photo. Every preprocessing step is a scale and a shift along each axis. */
export interface View {
  /** The photo's size in pixels. */
  readonly photo: Extent;
  /** The canvas's size in pixels. */
  readonly canvas: Extent;
  /** The rectangle that the canvas covers, in photo pixels; it leaves the photo where the canvas is padded. */
  readonly covers: Box;
  /** The part of the photo that is on the canvas, in photo pixels. Less than what `covers` has of the photo only where a crop was padded again. */
  readonly sees: Box;
}

/** The view before any step: the canvas is the photo. */
export function viewOfAll(photo: Extent): View {
  const { width, height } = photo;
  return { photo: { width, height }, canvas: { width, height }, covers: wholeOf(photo), sees: wholeOf(photo) };
}

/** The view after the canvas is resized. */
export function resizedView(view: View, width: number, height: number): View {
  return { ...view, canvas: { width, height } };
}

/** The view after a window of the canvas becomes the canvas: a crop, or where the window leaves the canvas, padding. */
export function windowedView(view: View, left: number, top: number, width: number, height: number): View {
  const across = (view.covers.right - view.covers.left) / view.canvas.width;
  const down = (view.covers.bottom - view.covers.top) / view.canvas.height;
  const covers = {
    left: view.covers.left + left * across,
    top: view.covers.top + top * down,
    right: view.covers.left + (left + width) * across,
    bottom: view.covers.top + (top + height) * down,
  };
  return { photo: view.photo, canvas: { width, height }, covers, sees: intersection(view.sees, covers) };
}

/** Whether the model saw the entire photo. */
export function seesAll({ photo, sees }: View): boolean {
  return sees.left <= 0 && sees.top <= 0 && sees.right >= photo.width && sees.bottom >= photo.height;
}

function intersection(a: Box, b: Box): Box {
  const left = Math.max(a.left, b.left);
  const top = Math.max(a.top, b.top);
  return { left, top, right: Math.max(left, Math.min(a.right, b.right)), bottom: Math.max(top, Math.min(a.bottom, b.bottom)) };
}
