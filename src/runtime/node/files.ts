/** Model files on disk, read in pieces. */
import { closeSync, existsSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { fail } from '../../errors.js';
import { type ByteSource, decodeModel } from '../../onnx/codec/index.js';
import type { Graph } from '../../onnx/graph.js';
import type { WeightFiles } from '../runtime.js';

/** @throws UserError if there is no such file, or it cannot be read */
export function fileSource(path: string): ByteSource {
  const size = sizeOf(path);
  return {
    name: path,
    size,
    read(offset, length) {
      const file = openSync(path, 'r');
      try {
        const bytes = new Uint8Array(length);
        for (let done = 0; done < length; ) {
          const count = readSync(file, bytes, done, length - done, offset + done);
          if (count === 0) fail(`${path} became shorter while it was read`);
          done += count;
        }
        return bytes;
      } finally {
        closeSync(file);
      }
    },
  };
}

function sizeOf(path: string): number {
  try {
    const stats = statSync(path);
    return stats.isFile()
      ? stats.size
      : fail(`${path} is ${stats.isDirectory() ? 'a folder' : 'no plain file'}, not a model file`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') fail(`there is no model file ${path}`);
    if (code === undefined) throw error;
    return fail(`${path} cannot be read (${code})`);
  }
}

/** Reads the graph of a model file; its weights, and those in files beside it, stay on disk. */
export function openModelFile(path: string): { graph: Graph; weights: WeightFiles } {
  const source = fileSource(path);
  const folder = dirname(realpathSync(path));
  const open = (file: string) => {
    const location = join(folder, file);
    const inside = relative(folder, location);
    const leaves = (way: string) => isAbsolute(way) || way.startsWith('..');
    const refuse = () => fail(`${path} keeps weights in "${file}", outside its folder: refused`);
    if (isAbsolute(file) || leaves(inside)) refuse();
    if (!existsSync(location)) fail(`${path} keeps weights in "${file}", and there is no such file beside it`);
    const source = fileSource(location);
    // A link may lead out as well.
    if (leaves(relative(folder, realpathSync(location)))) refuse();
    return source;
  };
  return { graph: decodeModel(source, open), weights: { file: basename(realpathSync(path)), folder } };
}
