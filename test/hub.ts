/** A server on this machine that speaks the protocol of the Hugging Face hub, and can be made to misbehave. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const COMMIT = 'c0ffee'.padEnd(40, '0');

/** What a request may meet instead of the hub's usual answer; true where it has answered. */
export type Mishap = (request: IncomingMessage, response: ServerResponse, seen: number) => boolean;

/** A hub with one repository, a/b, which wants a token where it is gated, and sends large files from another address. */
export class FakeHub {
  readonly requests: { url: string; range: string | undefined; authorization: string | undefined }[] = [];
  files: Record<string, Uint8Array> = {};
  mishap: Mishap = () => false;
  isGated = false;
  /** As some mirrors do, which know no more than names. */
  isTerse = false;
  readonly #hub = createServer((request, response) => this.#answer(request, response));
  readonly #store = createServer((request, response) => this.#answer(request, response));

  async start(): Promise<void> {
    for (const server of [this.#hub, this.#store]) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  }

  get endpoint(): string {
    return addressOf(this.#hub);
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#store]) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '', headers } = request;
    const { range, authorization } = headers;
    this.requests.push({ url, range, authorization });
    const seen = this.requests.filter((other) => other.url === url).length;
    if (this.mishap(request, response, seen)) return;
    const [, revision] = /^\/api\/models\/a\/b\/revision\/([^?]+)\?blobs=true$/.exec(url) ?? [];
    const [, commit, file = ''] = /^\/a\/b\/resolve\/([^/]+)\/(.+)$/.exec(url) ?? [];
    const [, stored] = /^\/store\/(.+)$/.exec(url) ?? [];
    const refusal = stored ? undefined : this.#refusalOf(revision ?? commit, authorization);
    if (stored) this.#send(response, stored, range);
    else if (refusal) response.writeHead(...refusal).end();
    else if (revision) response.end(JSON.stringify({ sha: COMMIT, siblings: this.#siblings() }));
    else this.#resolve(response, file, range);
  }

  #refusalOf(revision: string | undefined, authorization: string | undefined) {
    const refusal = (status: number, code: string) => [status, { 'x-error-code': code }] as const;
    if (revision === undefined) return refusal(401, 'RepoNotFound');
    if (this.isGated && authorization !== 'Bearer secret') return refusal(401, 'GatedRepo');
    return ['main', 'v1', 'refs%2Fpr%2F7', COMMIT].includes(revision) ? undefined : refusal(404, 'RevisionNotFound');
  }

  /** Small files at once, large ones from the store. */
  #resolve(response: ServerResponse, file: string, range?: string): void {
    const content = this.files[file];
    if (!content) response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
    else if (!isLarge(file)) this.#send(response, file, range, { etag: `"${gitHash(content)}"` });
    else {
      const linked = { 'x-linked-etag': `"${sha256(content)}"`, 'x-linked-size': content.length };
      response.writeHead(302, { ...linked, location: `${addressOf(this.#store)}/store/${file}` }).end();
    }
  }

  #siblings() {
    return Object.entries(this.files).map(([rfilename, content]) => {
      if (this.isTerse) return { rfilename };
      const lfs = isLarge(rfilename) && { lfs: { sha256: sha256(content), size: content.length, pointerSize: 130 } };
      return { rfilename, size: content.length, blobId: gitHash(content), ...lfs };
    });
  }

  #send(response: ServerResponse, file: string, range?: string, headers = {}): void {
    const content = this.files[file]!;
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const part = content.subarray(start);
    const partial = range && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` };
    response.writeHead(range ? 206 : 200, { ...headers, ...partial, 'content-length': part.length }).end(part);
  }
}

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');
const gitHash = (content: Uint8Array) => createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
export const isLarge = (file: string) => /\.onnx|_data/.test(file);
