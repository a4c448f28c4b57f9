import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COMMIT, FakeHub, isLarge, type Mishap } from '../../../test/hub.js';
import { path } from '../../../test/transformers.js';
import { encodeModel, placeWeights } from '../../onnx/codec/index.js';
import { openModelFile } from '../../runtime/node/index.js';
import { hubName } from '../hub.js';
import { cacheFolder } from './cache.js';
import { type DownloadProgress, hubModel } from './hub.js';
import { openModel } from './open.js';

const folder = path('clip-openclip');
const clip = Object.fromEntries(
  ['config.json', 'preprocessor_config.json', 'tokenizer.json', 'onnx/vision_model.onnx', 'onnx/text_model.onnx'].map((name) => [
    name,
    readFileSync(join(folder, name)),
  ]),
);

const cache = mkdtempSync(join(tmpdir(), 'hub-'));
const place = join(cache, 'hub', 'a--b', COMMIT);
let hub: FakeHub;

beforeEach(async () => {
  hub = new FakeHub();
  hub.files = clip;
  await hub.start();
  vi.stubEnv('HF_ENDPOINT', `${hub.endpoint}/`);
  vi.stubEnv('SIGHTLINE_CACHE', cache);
  vi.stubEnv('HF_TOKEN', '');
  vi.stubEnv('HF_HUB_OFFLINE', '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.stop();
  rmSync(join(cache, 'hub'), { recursive: true, force: true });
});
afterAll(() => rmSync(cache, { recursive: true }));

const fetched = (name: string, onProgress?: (progress: DownloadProgress) => void) => hubModel(hubName(name)!, onProgress);
const vision = 'onnx/vision_model.onnx';
const ofVision = (url = '') => url.endsWith(vision);

describe('models of the hub', () => {
  it('come with all they need, open as folders do, and work without the network afterwards', async () => {
    const seen: DownloadProgress[] = [];
    const model = await openModel('hf:a/b', { onDownload: (progress) => seen.push(progress) });
    expect(model.path).toBe(join(place, vision));
    for (const [name, content] of Object.entries(clip)) expect(readFileSync(join(place, name)).equals(content)).toBe(true);
    expect((await model.encodeTexts!(['a dog'])).vectors.shape).toEqual([1, 24]);
    const total = Object.values(clip).reduce((sum, { length }) => sum + length, 0);
    expect(seen.at(-1)).toMatchObject({ done: total, total });
    expect(new Set(seen.map(({ file }) => file)).size).toBe(5);

    const before = hub.requests.length;
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect((await openModel('hf:a/b')).path).toBe(model.path);
    expect(hub.requests.length).toBe(before);
  });

  it('give the token to the hub, and not to where it sends on', async () => {
    hub.isGated = true;
    await expect(fetched('hf:a/b')).rejects.toThrow(
      /a\/b is gated: accept its terms at .*\/a\/b; HF_TOKEN, which is not set, must be/,
    );
    vi.stubEnv('HF_TOKEN', 'secret');
    await fetched('hf:a/b');
    const stored = hub.requests.filter(({ url }) => url.startsWith('/store/'));
    expect(stored.length).toBe(2);
    expect(stored.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  it('go on where the connection broke, at once and in the next run', async () => {
    const content = clip[vision]!;
    let breakOff = () => {};
    hub.mishap = ({ url }, response, seen) => {
      if (!url?.startsWith('/store/') || !ofVision(url)) return false;
      if (seen > 1) return !!response.destroy();
      breakOff = () => response.destroy();
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 50_000));
      return true;
    };
    let start: number | undefined;
    const onProgress = ({ file, done }: DownloadProgress) => {
      if (file !== vision) return;
      start ??= done;
      if (done - start === 50_000) breakOff();
    };
    await expect(fetched('hf:a/b', onProgress)).rejects.toThrow(
      /the download of onnx\/vision_model.onnx stopped after 50000 bytes: .*; the next run goes on from there/,
    );
    expect(existsSync(join(place, vision))).toBe(false);
    hub.mishap = () => false;
    hub.requests.length = 0;
    await fetched('hf:a/b');
    const ranges = hub.requests.filter(({ url }) => ofVision(url)).map(({ range }) => range);
    expect(ranges).toEqual(['bytes=50000-', 'bytes=50000-']);
    expect(readFileSync(join(place, vision)).equals(content)).toBe(true);
    expect(hub.requests.some(({ url }) => url.endsWith('/config.json'))).toBe(false);
    expect(readdirSync(join(place, 'onnx')).sort()).toEqual(['text_model.onnx', 'vision_model.onnx']);
  });

  it.each<[string, Mishap]>([
    ['sends less than it says, now and then', ({ url }, response, seen) => ofVision(url) && seen === 1 && cut(response)],
    ['is busy at first', (_, response, seen) => seen === 1 && !!response.writeHead(503).end()],
    [
      'knows no ranges',
      ({ url, headers }, response, seen) => ofVision(url) && (seen === 1 ? cut(response) : !!headers.range && whole(response)),
    ],
    [
      'refuses to go on',
      ({ url, headers }, response, seen) =>
        ofVision(url) && (seen === 1 ? cut(response) : !!headers.range && !!response.writeHead(416).end()),
    ],
  ])('arrive whole from a server that %s', async (_, mishap) => {
    // The listing is not tried again: without it there is nothing to wait for.
    hub.mishap = (request, ...rest) => !request.url?.startsWith('/api') && mishap(request, ...rest);
    await fetched('hf:a/b');
    expect(readFileSync(join(place, vision)).equals(clip[vision]!)).toBe(true);
  });

  it.each([
    ['onnx/vision_model.onnx', /onnx\/vision_model.onnx has the hash \w{64}, and the hub says \w{64}: .* was removed; try again/],
    ['config.json', /config.json has the hash \w{40}, and the hub says \w{40}/],
  ])('are refused where %s is not what the hub says', async (file, message) => {
    hub.mishap = ({ url }, response) => {
      const isContent = isLarge(file) ? url?.startsWith('/store/') : url?.includes('/resolve/');
      if (!isContent || !url?.endsWith(file)) return false;
      const wrong = Buffer.from(clip[file]!);
      wrong[100]! ^= 1;
      return !!response.writeHead(200, { 'content-length': wrong.length }).end(wrong);
    };
    await expect(fetched('hf:a/b')).rejects.toThrow(message);
    expect(existsSync(join(place, `${file}.part`))).toBe(false);
    expect(existsSync(join(place, file))).toBe(false);
  });

  it('are checked by the headers of the files where the listing has no hashes', async () => {
    hub.isTerse = true;
    await fetched('hf:a/b');
    hub.mishap = ({ url }, response) => !!url?.startsWith('/store/') && !!response.end('something else');
    rmSync(join(place, vision));
    await expect(fetched('hf:a/b')).rejects.toThrow(/vision_model/);
    expect(existsSync(join(place, vision))).toBe(false);
  });

  it('bring the files that weights lie in, and only those', async () => {
    const { graph } = openModelFile(join(folder, vision));
    const { places, pieces } = placeWeights(graph, 'weights.bin_data');
    hub.files = {
      'model.onnx': encodeModel(graph, { places }),
      'weights.bin_data': Buffer.concat([...pieces()]),
      'other.onnx_data': Uint8Array.of(1),
    };
    expect((await openModel('hf:a/b')).graph.constants.length).toBe(graph.constants.length);
    expect(readdirSync(place).sort()).toEqual(['model.onnx', 'weights.bin_data']);
    hub.files = { 'model.onnx': hub.files['model.onnx']! };
    rmSync(join(cache, 'hub'), { recursive: true });
    await expect(openModel('hf:a/b')).rejects.toThrow('a/b has no file weights.bin_data, which its model needs');
  });

  it('keep a revision that was looked up, and take others by name', async () => {
    await fetched('hf:a/b@refs/pr/7');
    await fetched('hf:a/b@v1/onnx/text_model.onnx');
    expect(hub.requests.filter(({ url }) => url.startsWith('/api')).map(({ url }) => url.split('/').at(-1))).toEqual([
      'refs%2Fpr%2F7?blobs=true',
      'v1?blobs=true',
    ]);
    await fetched('hf:a/b@v1');
    expect(hub.requests.filter(({ url }) => url.startsWith('/api')).length).toBe(2);
  });

  it.each([
    ['hf:a/none', /there is no model a\/none at http.*, or it is private: HF_TOKEN, which is not set, must be a token/],
    ['hf:a/b@v9', /a\/b has no revision "v9"/],
    ['hf:a/b/onnx/vision_modal.onnx', /a\/b has no file onnx\/vision_modal.onnx; did you mean "onnx\/vision_model.onnx"/],
    ['hf:a', /"hf:a" names no model of the hub: write hf:owner\/name/],
    ['hf:a/b/config.json', /names no model of the hub/],
    ['hf:../../b', /names no model of the hub/],
  ])('%s is refused in a line', async (name, message) => {
    await expect(openModel(name)).rejects.toMatchObject({ name: 'UserError', message: expect.stringMatching(message) });
  });

  it.each<[string, Record<string, Uint8Array>, RegExp]>([
    [
      'other formats only',
      { 'model.safetensors': Uint8Array.of(1) },
      /a\/b has no ONNX file, only model.safetensors; look for a conversion/,
    ],
    ['nothing', {}, /a\/b has no ONNX file; look/],
    [
      'several',
      { 'a.onnx': Uint8Array.of(1), 'b.onnx': Uint8Array.of(1) },
      /a\/b has several models: a.onnx, b.onnx; name one, as in hf:a\/b\/a.onnx/,
    ],
  ])('a repository with %s says so', async (_, files, message) => {
    hub.files = files;
    await expect(fetched('hf:a/b')).rejects.toThrow(message);
  });

  it('never lie outside the cache', async () => {
    hub.files = { ...clip, '../onnx/model.onnx': Uint8Array.of(1), '/etc/model.onnx': Uint8Array.of(1) };
    await expect(fetched('hf:a/b/../onnx/model.onnx')).rejects.toThrow(/has no file/);
    hub.mishap = (_, response) => !!response.end(JSON.stringify({ sha: '../../..', siblings: [] }));
    await expect(fetched('hf:a/b')).rejects.toThrow(/does not answer as the Hugging Face hub does/);
  });

  it('say what to do without a network, and when told to do without', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', 'true');
    await expect(fetched('hf:a/b')).rejects.toThrow(/hf:a\/b is not all in the cache, and HF_HUB_OFFLINE forbids to download it/);
    expect(hub.requests.length).toBe(0);
    vi.stubEnv('HF_HUB_OFFLINE', '');
    vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:1');
    await expect(fetched('hf:a/b')).rejects.toThrow(/hf:a\/b is not in the cache, and http:\/\/127.0.0.1:1 cannot be reached \(/);
    vi.stubEnv('HF_ENDPOINT', 'nowhere');
    await expect(fetched('hf:a/b')).rejects.toThrow(/HF_ENDPOINT is "nowhere", which is no address/);
  });

  it('need a cache that can be written', async () => {
    vi.stubEnv('SIGHTLINE_CACHE', path('cases.json'));
    await expect(fetched('hf:a/b')).rejects.toThrow(
      /the cache .*cases.json cannot be written \(ENOTDIR\); SIGHTLINE_CACHE names another/,
    );
  });

  it('go round in circles only so often', async () => {
    hub.mishap = ({ url }, response) => !!response.writeHead(302, { location: url }).end();
    await expect(fetched('hf:a/b')).rejects.toThrow(/from one place to the next without end/);
  });

  it('may be asked for twice at once', async () => {
    const paths = await Promise.all([fetched('hf:a/b'), fetched('hf:a/b')]);
    expect(paths[0]).toBe(paths[1]);
    expect(readFileSync(paths[0]!).equals(clip[vision]!)).toBe(true);
  });
});

it.each([
  [{ SIGHTLINE_CACHE: '/x' }, 'linux', '/x'],
  [{ XDG_CACHE_HOME: '/c' }, 'linux', '/c/sightline'],
  [{}, 'linux', /\/\.cache\/sightline$/],
  [{}, 'darwin', /\/Library\/Caches\/sightline$/],
] as const)('the cache of %j on %s is %s', (environment, platform, wanted) => {
  const found = cacheFolder(environment, platform);
  if (typeof wanted === 'string') expect(found).toBe(wanted);
  else expect(found).toMatch(wanted);
});

/** Ends the body early, without a word: no length was promised. */
function cut(response: ServerResponse): true {
  response.writeHead(200).end(clip[vision]!.subarray(0, 7));
  return true;
}

function whole(response: ServerResponse): true {
  response.writeHead(200).end(clip[vision]!);
  return true;
}
