/** What reading and writing pictures needs of Node. */
export { decodeImage } from './decode.js';
export { encodePng } from './encode.js';
