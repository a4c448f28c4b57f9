/** Generates src/onnx/generated/onnx_pb.ts from onnx.proto; needs a package registry, so the result is committed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'src', 'onnx', 'generated');
const tools = mkdtempSync(join(tmpdir(), 'protobuf-'));
const run = (command, args, cwd) => execFileSync(command, args, { cwd, stdio: 'inherit' });
try {
  writeFileSync(join(tools, 'package.json'), '{ "private": true }');
  run('npm', ['install', '--no-save', '--silent', '@bufbuild/buf@1.75.0', '@bufbuild/protoc-gen-es@2.17.0'], tools);
  const plugin = join(tools, 'node_modules', '.bin', 'protoc-gen-es');
  const template = JSON.stringify({
    version: 'v2',
    plugins: [{ local: plugin, out, opt: ['target=ts', 'import_extension=js'] }],
  });
  run(join(tools, 'node_modules', '.bin', 'buf'), ['generate', '--template', template], here);
} finally {
  rmSync(tools, { recursive: true, force: true });
}
