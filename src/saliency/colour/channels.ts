/** Channels of a picture as planes of 0 to 1. */
import type { Plane } from '../../image/image.js';
import type { Picture } from '../picture.js';
import { emptyField, emptyPlane, type Field } from '../plane.js';

/** Red, green and blue; of a grey picture three times the same plane. */
export function rgbPlanes(picture: Picture): [red: Plane, green: Plane, blue: Plane] {
  const red = channelPlane(picture, 0);
  return picture.channels === 1 ? [red, red, red] : [red, channelPlane(picture, 1), channelPlane(picture, 2)];
}

/** One channel in double precision. */
export function channelField(picture: Picture, channel: number): Field {
  return filled(emptyField(picture), picture, channel);
}

function channelPlane(picture: Picture, channel: number): Plane {
  return filled(emptyPlane(picture), picture, channel);
}

function filled<T extends Plane | Field>(map: T, { channels, levels }: Picture, channel: number): T {
  const scale = levels instanceof Uint8Array ? 1 / 255 : 1;
  const { data } = map;
  for (let i = 0, at = channel; i < data.length; i++, at += channels) data[i] = levels[at]! * scale;
  return map;
}
