/**
 * Assembles src/saliency/simd/kernels.wat into module-bytes.ts beside it: node scripts/saliency-kernels.mjs. The result is committed; a test
 * compares it with its source.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

const folder = new URL('../src/saliency/simd/', import.meta.url);

/** The module's bytes. */
export async function assembled() {
  const { parseWat } = await wabt();
  const module = parseWat('kernels.wat', readFileSync(new URL('kernels.wat', folder), 'utf8'), { simd: true });
  try {
    module.resolveNames();
    module.validate();
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lines = Buffer.from(await assembled())
    .toString('hex')
    .match(/.{1,128}/g);
  writeFileSync(
    new URL('module-bytes.ts', folder),
    `/** kernels.wat as WebAssembly; scripts/saliency-kernels.mjs writes this file. */
const hex = \`
${lines.join('\n')}
\`;

export const moduleBytes = Uint8Array.from(hex.match(/\\w\\w/g)!, (byte) => Number.parseInt(byte, 16));
`,
  );
}
