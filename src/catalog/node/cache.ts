/** Where downloaded models lie. */
import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** SIGHTLINE_CACHE, or a folder sightline in the user's cache folder: XDG_CACHE_HOME, or what is usual on the system. */
export function cacheFolder(
  { SIGHTLINE_CACHE, XDG_CACHE_HOME, LOCALAPPDATA }: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (SIGHTLINE_CACHE) return SIGHTLINE_CACHE;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'sightline');
  if (platform === 'win32') return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'sightline', 'cache');
  return join(homedir(), platform === 'darwin' ? 'Library/Caches' : '.cache', 'sightline');
}
