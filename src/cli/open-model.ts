/** Opens models for commands: what has to be downloaded is shown on stderr. */
import { type OpenedModel, type OpenOptions, openModel as open } from '../catalog/node/open.js';
import { progressBar } from './progress.js';

export { defaultModel, type OpenedModel } from '../catalog/node/open.js';

export async function openModel(name?: string, options: Omit<OpenOptions, 'onDownload'> = {}): Promise<OpenedModel> {
  const progress = progressBar(1);
  let current: string | undefined;
  let shown = '';
  const onDownload: OpenOptions['onDownload'] = ({ file, done, total }) => {
    if (!process.stderr.isTTY && file !== current) process.stderr.write(`sightline: downloads ${file} of ${name}\n`);
    current = file;
    const what = `${megabytes(done)} of ${megabytes(total)} MB  ${file}`;
    if (what !== shown) progress.update(total ? done / total : 1, what);
    shown = what;
  };
  try {
    return await open(name, { ...options, onDownload });
  } finally {
    if (current !== undefined) progress.end();
  }
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
