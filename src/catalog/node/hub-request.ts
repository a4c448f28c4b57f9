/** Requests to the Hugging Face hub, and what its refusals mean. */
import { fail } from '../../errors.js';
import type { HubName } from '../hub.js';

/** How the hub is spoken to; the variables are those of Hugging Face's own tools. */
export interface Hub {
  /** HF_ENDPOINT. */
  readonly endpoint: string;
  /** HF_TOKEN. */
  readonly token: string | undefined;
  /** HF_HUB_OFFLINE. */
  readonly isOffline: boolean;
}

export function hubOf({ HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE = '' }: Readonly<Record<string, string | undefined>>): Hub {
  const endpoint = (HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');
  if (!URL.canParse(endpoint)) fail(`HF_ENDPOINT is "${endpoint}", which is no address such as https://huggingface.co`);
  return {
    endpoint,
    token: HF_TOKEN || undefined,
    isOffline: /^(1|true|yes|on)$/i.test(HF_HUB_OFFLINE),
  };
}

/** The work may succeed when it is tried again: the connection broke, or the server is busy. */
export class Interruption extends Error {}

export interface Answer {
  readonly response: Response;
  /** What the hub says of the file, before it sends on to where the bytes are. */
  readonly stated: { readonly etag?: string; readonly size?: number };
}

const MOST_REDIRECTS = 5;
const RANGE_NOT_SATISFIABLE = 416;

/**
 * GET. Follows redirects itself: the token is for the hub alone, and what the hub says of a file stands in the answer that redirects.
 * @throws UserError if the hub has no such thing or does not give it, {@link Interruption} if it cannot be reached
 */
export async function request(
  hub: Hub,
  path: string,
  name: HubName,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  if (hub.isOffline) fail(`hf:${name.repository} is not all in the cache, and HF_HUB_OFFLINE forbids to download it`);
  const home = new URL(hub.endpoint + path);
  let url = home;
  let stated: Answer['stated'] = {};
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const isHome = url.origin === home.origin;
    const authorization: Record<string, string> = hub.token && isHome ? { authorization: `Bearer ${hub.token}` } : {};
    // Bytes as they are: sizes, hashes and ranges are of those.
    const asked = { 'accept-encoding': 'identity', 'user-agent': 'sightline', ...authorization, ...headers };
    const response = await fetch(url, { headers: asked, redirect: 'manual' }).catch((error) => unreachable(url, error));
    if (isHome) stated = { ...statedBy(response), ...stated };
    const location = response.headers.get('location');
    if (response.ok || response.status === RANGE_NOT_SATISFIABLE) return { response, stated };
    if (!location) return refuse(hub, response, name);
    await response.body?.cancel();
    url = new URL(location, url);
  }
  throw new Error(`${home.origin} sends the request for hf:${name.repository} from one place to the next without end`);
}

function statedBy({ ok, headers }: Response): Answer['stated'] {
  const etag = headers.get('x-linked-etag') ?? (ok ? headers.get('etag') : null);
  const size = headers.get('x-linked-size');
  return { ...(etag !== null && { etag: etag.replace(/^W\/|"/g, '') }), ...(size !== null && { size: Number(size) }) };
}

function unreachable({ origin }: URL, error: Error): never {
  const cause = error.cause as { code?: string; message?: string } | undefined;
  throw new Interruption(`${origin} cannot be reached (${cause?.code ?? cause?.message ?? error.message})`);
}

function refuse({ endpoint, token }: Hub, { status, headers }: Response, { repository, revision, file }: HubName): never {
  const code = headers.get('x-error-code');
  const access = token ? 'HF_TOKEN' : 'HF_TOKEN, which is not set,';
  if (code === 'GatedRepo' || status === 403)
    fail(`${repository} is gated: accept its terms at ${endpoint}/${repository}; ${access} must be of an account that has`);
  if (code === 'RevisionNotFound') fail(`${repository} has no revision "${revision}"`);
  if (code === 'EntryNotFound') fail(`${repository} has no file ${file ?? ''} at ${revision}`);
  if (status === 401 || status === 404)
    fail(`there is no model ${repository} at ${endpoint}, or it is private: ${access} must be a token that may read it`);
  const busy = status === 429 || status >= 500;
  throw new (busy ? Interruption : Error)(`${endpoint} answers ${status} when asked for hf:${repository}`);
}
