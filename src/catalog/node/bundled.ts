/** Models that come with the package, by name. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const bundledFolder = fileURLToPath(new URL('../../../models/', import.meta.url));

export const defaultModel = 'efficientnet-lite0';

/** The file or folder that a name means: `efficientnet-lite0`, `scenes/object-cnn`. */
export function bundledModel(name: string): string | undefined {
  if (name === defaultModel) return join(bundledFolder, 'efficientnet_lite0.onnx');
  return sceneModels().includes(name) ? join(bundledFolder, name) : undefined;
}

export const bundledNames = (): string[] => [defaultModel, ...sceneModels()];

/** Trained on scenes, each in a folder of the hub's layout. */
function sceneModels(): string[] {
  const folder = join(bundledFolder, 'scenes');
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `scenes/${name}`);
}
