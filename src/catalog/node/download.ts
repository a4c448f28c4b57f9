/** Downloads one file: goes on where an earlier attempt stopped, checks size and hash, and puts the file in its place when it is whole. */
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, Interruption } from './hub-request.js';

/** What is known of a file before it is there. */
export interface RemoteFile {
  /** In the repository. */
  readonly path: string;
  readonly size?: number | undefined;
  /** SHA-256 of the content, of large files; of others the hash that git has, SHA-1 with a header. */
  readonly hash?: string | undefined;
}

/** Attempts in a row that bring nothing. */
const ATTEMPTS = 4;
const FIRST_PAUSE = 200;

/**
 * @param ask for the bytes of the file from an offset on
 * @param onBytes how many bytes are there
 * @throws Error if the connection breaks again and again, or the content is not what was promised
 */
export async function download(
  file: RemoteFile,
  target: string,
  ask: (headers: Readonly<Record<string, string>>) => Promise<Answer>,
  onBytes: (count: number) => void,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.part`;
  let known = file;
  for (let failures = 0, before = await sizeOf(part); ; ) {
    try {
      known = await fetchRest(known, part, ask, onBytes);
      await requireSame(known, part);
      return await rename(part, target);
    } catch (error) {
      // Another process may have been faster.
      if (isMissing(error) && (await sizeOf(target)) === known.size) return;
      if (!(error instanceof Interruption)) throw error;
      const now = await sizeOf(part);
      failures = now > before ? 1 : failures + 1;
      before = now;
      if (failures >= ATTEMPTS) throw new Error(stopped(file, now, error));
      await sleep(FIRST_PAUSE * 2 ** (failures - 1));
    }
  }
}

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

function stopped({ path }: RemoteFile, bytes: number, { message }: Error): string {
  return bytes
    ? `the download of ${path} stopped after ${bytes} bytes: ${message}; the next run goes on from there`
    : `${path} cannot be downloaded: ${message}`;
}

async function fetchRest(
  file: RemoteFile,
  part: string,
  ask: Parameters<typeof download>[2],
  onBytes: (count: number) => void,
): Promise<RemoteFile> {
  const have = await sizeOf(part);
  if (have > 0 && have === file.size) return file;
  const { response, stated } = await ask(have ? { range: `bytes=${have}-` } : {});
  const isRest = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${have}-`);
  if (have && !isRest && response.status !== 200) {
    await response.body?.cancel();
    await rm(part, { force: true });
    throw new Interruption('the server does not go on from there');
  }
  const start = isRest ? have : 0;
  const length = response.headers.get('content-length');
  const known = {
    path: file.path,
    size: file.size ?? stated.size ?? (length === null ? undefined : start + Number(length)),
    hash: file.hash ?? (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(stated.etag ?? '') ? stated.etag : undefined),
  };
  const end = await write(response, part, start, onBytes);
  if (known.size !== undefined && end < known.size)
    throw new Interruption(`the connection ended ${known.size - end} bytes early`);
  return { ...known, size: known.size ?? end };
}

/** Bytes are written at their place, so that two processes at once write the same. Returns where they end. */
async function write({ body }: Response, part: string, start: number, onBytes: (count: number) => void): Promise<number> {
  const file = await open(part, start ? 'r+' : constants.O_CREAT | constants.O_WRONLY);
  let position = start;
  try {
    for await (const chunk of body ?? []) {
      for (let done = 0; done < chunk.length; ) {
        const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position);
        done += bytesWritten;
        position += bytesWritten;
      }
      onBytes(position);
    }
    if (position < (await file.stat()).size) await file.truncate(position);
    return position;
  } catch (error) {
    // Errors of the disk have a code of their own; those of the connection come as TypeError.
    if (!(error instanceof TypeError)) throw error;
    throw new Interruption(`the connection broke (${(error.cause as { code?: string })?.code ?? error.message})`);
  } finally {
    await file.close();
  }
}

/** What is not as promised is of no use for going on, and is removed. */
async function requireSame({ path, size, hash }: RemoteFile, part: string): Promise<void> {
  // Throws where another process has put the file in its place already.
  const { size: got } = await stat(part);
  if (size !== undefined && got !== size) await discard(part, `${path} has ${got} bytes, and the hub says ${size}`);
  if (hash === undefined) return;
  const digest = createHash(hash.length === 64 ? 'sha256' : 'sha1');
  if (hash.length === 40) digest.update(`blob ${got}\0`);
  for await (const chunk of createReadStream(part)) digest.update(chunk);
  const found = digest.digest('hex');
  if (found !== hash) await discard(part, `${path} has the hash ${found}, and the hub says ${hash}`);
}

async function discard(part: string, why: string): Promise<never> {
  await rm(part, { force: true });
  throw new Error(`${why}: what was downloaded is damaged, and was removed; try again`);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
