/** One folder for everything that a run of the tests puts into the system's temporary folder; it goes with the run. Elsewhere nothing is left either. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function temporaryFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-tests-'));
  // Workers and the commands that they start inherit it. TMPDIR is read on Linux and macOS, the others on Windows.
  for (const name of ['TMPDIR', 'TMP', 'TEMP']) process.env[name] = folder;
  // ONNX Runtime keeps a database of its use in the home folder.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  return () => rmSync(folder, { recursive: true, force: true });
}
