/** Channels of a picture as planes of 0 to 1. */
import type { Plane } from '../../image/image.js';
import type { Picture } from '../picture.js';
import { emptyPlane } from '../plane.js';

/** Red, green and blue; of a grey picture three times the same plane. */
export function rgbPlanes(picture: Picture): [red: Plane, green: Plane, blue: Plane] {
  const red = channelPlane(picture, 0);
  return picture.channels === 1 ? [red, red, red] : [red, channelPlane(picture, 1), channelPlane(picture, 2)];
}

function channelPlane(picture: Picture, channel: number): Plane {
  const { channels, levels } = picture;
  const plane = emptyPlane(picture);
  const scale = levels instanceof Uint8Array ? 1 / 255 : 1;
  for (let i = 0, at = channel; i < plane.data.length; i++, at += channels) plane.data[i] = levels[at]! * scale;
  return plane;
}
