/** Files that a command writes: checked before the work, written whole or not at all. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fail } from '../errors.js';

/** @throws UserError if the folder is a file or has no name, or neither it nor what it would be made in can be written */
export function requireWritable(folder: string): void {
  if (folder === '') fail('there is no folder without a name to write to; the current one is "."');
  let existing = resolve(folder);
  while (!existsSync(existing)) existing = dirname(existing);
  if (!statSync(existing).isDirectory()) fail(`cannot write to ${folder}: ${existing} is a file`);
  try {
    accessSync(existing, constants.W_OK);
  } catch {
    fail(`cannot write to ${folder}: no permission to write in ${existing}`);
  }
}

/** @throws UserError if there is a folder in the file's place, or no file can be written there */
export function requireWritableFile(path: string): void {
  if (path === '' || /[\\/]$/.test(path) || (existsSync(path) && statSync(path).isDirectory()))
    fail(`cannot write to "${path}": it is a folder, and a file is wanted`);
  requireWritable(dirname(path));
}

/** Makes the folder and what it lies in. Node's own way never ends where a system refuses as if the parent were missing, as /proc does. */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(resolve(folder)));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been first.
    if (!existsSync(folder)) throw error;
  }
}

/** A file's content: whole, or piece by piece where it is too large to be in memory. */
export type Content = Uint8Array | string | Iterable<Uint8Array>;

/** Writes all files, or none: each is written beside its place and then moved there. */
export function writeFiles(folder: string, files: Readonly<Record<string, Content>>): string[] {
  const places = Object.entries(files).map(([name, content]) => ({
    path: join(folder, name),
    // Of this process: another may write the same files.
    part: join(folder, `.${name}.${process.pid}.part`),
    content,
  }));
  try {
    makeFolder(folder);
    for (const { part, content } of places) write(part, content);
    for (const { part, path } of places) renameSync(part, path);
  } catch (error) {
    for (const { part } of places) rmSync(part, { force: true });
    throw new Error(`cannot write ${places.map(({ path }) => path).join(', ')}: ${(error as Error).message}`);
  }
  return places.map(({ path }) => path);
}

function write(path: string, content: Content): void {
  if (typeof content === 'string' || content instanceof Uint8Array) {
    writeFileSync(path, content);
    return;
  }
  const file = openSync(path, 'w');
  try {
    for (const piece of content) for (let done = 0; done < piece.length; ) done += writeSync(file, piece, done);
  } finally {
    closeSync(file);
  }
}
