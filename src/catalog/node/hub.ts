/**
 * Models of the Hugging Face hub on disk: downloaded once, and then used without the network. Its own client, as the package
 * @huggingface/hub begins a broken download again, checks no hash, and asks the hub each time.
 */
import { accessSync, constants, existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fail } from '../../errors.js';
import { decodeModel } from '../../onnx/codec/index.js';
import { fileSource } from '../../runtime/node/index.js';
import { type HubName, neededFiles } from '../hub.js';
import { cacheFolder } from './cache.js';
import { download, type RemoteFile } from './download.js';
import { type Hub, hubOf, Interruption, request } from './hub-request.js';
import { readJson } from './json.js';

/** Bytes of all files that are being downloaded, and which one is now. */
export interface DownloadProgress {
  readonly file: string;
  readonly done: number;
  readonly total: number;
}

/** A repository at one commit. */
interface Listing {
  readonly commit: string;
  readonly files: readonly RemoteFile[];
}

/**
 * Brings a model's files into the cache, unless they are there.
 *
 * A branch or a tag is looked up once, and stays at that commit. Nothing is asked of the network when all files are there.
 * @returns the path of the model's file
 * @throws UserError if there is no such model, or it is not given to this user; Error if the network or the content is broken
 */
export async function hubModel(name: HubName, onProgress: (progress: DownloadProgress) => void = () => {}): Promise<string> {
  const hub = hubOf(process.env);
  const folder = join(cacheFolder(), 'hub', name.repository.replace('/', '--'));
  const known = join(folder, `${encodeURIComponent(name.revision)}.json`);
  const remembered = readJson(known) as Listing | undefined;
  const has = (listing: Listing) => name.file === undefined || listing.files.some(({ path }) => path === name.file);
  const listing = remembered && has(remembered) ? remembered : await list(hub, name);
  const { model, paths } = neededFiles(
    name,
    listing.files.map(({ path }) => path),
  );
  const place = join(folder, listing.commit);
  const fetched = { hub, name, listing, place, onProgress };
  await fetchFiles(fetched, paths);
  const weights = paths.filter((path) => path.endsWith('.onnx')).flatMap((path) => weightFiles(place, path));
  await fetchFiles(fetched, weights);
  if (listing !== remembered) writeWhole(known, JSON.stringify(listing));
  return join(place, model);
}

/** What the API says of a repository; mirrors may leave out sizes and hashes, which then come with the files. */
interface ModelInfo {
  readonly sha?: string;
  readonly siblings?: readonly {
    readonly rfilename: string;
    readonly size?: number;
    readonly blobId?: string;
    readonly lfs?: { readonly sha256?: string; readonly size?: number };
  }[];
}

async function list(hub: Hub, name: HubName): Promise<Listing> {
  const path = `/api/models/${name.repository}/revision/${encodeURIComponent(name.revision)}?blobs=true`;
  const { response } = await request(hub, path, name).catch((error) => {
    // Where there is no network there is nothing to wait for.
    throw error instanceof Interruption
      ? new Error(`hf:${name.repository} is not in the cache, and ${error.message}; a model on disk is given by its path`)
      : error;
  });
  const { sha, siblings } = (await response.json().catch(() => ({}))) as ModelInfo;
  if (!sha || !/^[0-9a-f]{40}$/.test(sha) || !siblings)
    throw new Error(`${hub.endpoint} does not answer as the Hugging Face hub does; is HF_ENDPOINT right?`);
  const files = siblings.map(({ rfilename, size, blobId, lfs }) => ({
    path: rfilename,
    size: lfs?.size ?? size,
    hash: lfs ? lfs.sha256 : blobId,
  }));
  // Paths become places on disk.
  return { commit: sha, files: files.filter(({ path }) => posix.normalize(path) === path && !/^(\.\.)?\/|\\|:/.test(path)) };
}

interface Fetched {
  readonly hub: Hub;
  readonly name: HubName;
  readonly listing: Listing;
  readonly place: string;
  readonly onProgress: (progress: DownloadProgress) => void;
}

async function fetchFiles({ hub, name, listing: { files, commit }, place, onProgress }: Fetched, paths: readonly string[]) {
  const needed = paths
    .map(
      (path) => files.find((file) => file.path === path) ?? fail(`${name.repository} has no file ${path}, which its model needs`),
    )
    .filter((file) => !isThere(file, join(place, file.path)));
  if (needed.length) requireWritable(place);
  const total = needed.reduce((sum, { size = 0 }) => sum + size, 0);
  let done = 0;
  for (const file of needed) {
    const url = `/${name.repository}/resolve/${commit}/${file.path.split('/').map(encodeURIComponent).join('/')}`;
    const ask = (headers: Readonly<Record<string, string>>) => request(hub, url, { ...name, file: file.path }, headers);
    const report = (bytes: number) => onProgress({ file: file.path, done: done + bytes, total: Math.max(total, done + bytes) });
    report(0);
    await download(file, join(place, file.path), ask, report);
    done += file.size ?? 0;
  }
}

function requireWritable(place: string): void {
  try {
    mkdirSync(place, { recursive: true });
    accessSync(place, constants.W_OK);
  } catch (error) {
    fail(
      `the cache ${cacheFolder()} cannot be written (${(error as NodeJS.ErrnoException).code}); SIGHTLINE_CACHE names another`,
    );
  }
}

/** Only whole files get their name. */
const isThere = ({ size }: RemoteFile, path: string) => existsSync(path) && (size === undefined || statSync(path).size === size);

/** Files with a model's weights, by the places that the model itself names. */
function weightFiles(place: string, model: string): string[] {
  const found = new Set<string>();
  const source = fileSource(join(place, model));
  decodeModel(source, (file) => {
    found.add(posix.join(posix.dirname(model), file));
    return { name: file, size: Number.MAX_SAFE_INTEGER, read: () => fail(`${model} needs ${file} to be read`) };
  });
  return [...found];
}

function writeWhole(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, text);
  renameSync(part, path);
}
