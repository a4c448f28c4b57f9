/** Draws an explanation: the map over the photo, with a legend. */
import type { Explanation } from '../explain/explanation.js';
import {
  type Image,
  imageOfTensor,
  overlay,
  type Plane,
  planeOf,
  project,
  sideBySide,
  type View,
  viewOfAll,
  withLegend,
} from '../image/index.js';
import { isSigned } from '../methods/method.js';
import type { FloatArray } from '../tensor/tensor.js';
import { scoreNames } from './names.js';

/** What the map is drawn over. */
export interface Backdrop {
  readonly photo: Image;
  readonly view: View;
}

export interface PictureContext {
  readonly labels?: readonly string[] | undefined;
  readonly layout?: 'NCHW' | 'NHWC';
}

/** One picture; several rows of a batch stand side by side. */
export function drawExplanation(explanation: Explanation, backdrops: readonly Backdrop[], context: PictureContext = {}): Image {
  return sideBySide(explanation.rows.map((_, row) => drawRow(explanation, row, backdrops[row]!, context)));
}

function drawRow(
  explanation: Explanation,
  row: number,
  { photo, view }: Backdrop,
  { labels, layout = 'NCHW' }: PictureContext,
): Image {
  const { method, attribution, rows, layers } = explanation;
  const signed = isSigned(method);
  const map: Plane = planeOf(attribution, { item: row, layout });
  // Bicubic: the grid of a layer is coarse, and bilinear interpolation draws creases between its cells.
  const heat = project(map, view, { filter: isCoarse(method.space) ? 'bicubic' : 'bilinear' });
  const drawn = overlay(photo, heat, { signed, view });
  const { target, scores } = rows[row]!;
  return withLegend(drawn.image, {
    method: method.name,
    label: scoreNames(explanation, labels)(target),
    score: scores[target],
    layer: layers.map(({ name }) => name).join(', ') || undefined,
    colormap: drawn.colormap,
    range: drawn.range,
  });
}

/** Whether a map has fewer places than the image. */
const isCoarse = (space: Explanation['method']['space']): boolean => space === 'layer' || space === 'tokens';

/** Pictures of a model's own input tensor, one per row. */
export function backdropsOf(tensor: FloatArray, layout: 'NCHW' | 'NHWC'): Backdrop[] {
  return Array.from({ length: tensor.shape[0] ?? 1 }, (_, item) => {
    const photo = imageOfTensor(tensor, { item, layout });
    return { photo, view: viewOfAll(photo) };
  });
}
