/** ONNX Runtime's native build, and model files on disk. */
import { ortRuntime, type Runtime, type RuntimeOptions } from '../runtime.js';

/**
 * A runtime on the CPU engine of onnxruntime-node.
 * @throws Error if the package or its native library is missing, with what to install
 */
export async function nodeRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  // From 1.30 on ONNX Runtime reports its use and keeps files for that; what is explained stays on this machine, unless its owner says otherwise.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const ort = await import('onnxruntime-node').catch((error: Error) => {
    throw new Error(
      `onnxruntime-node cannot be loaded (${error.message.split('\n')[0]}); install it with: npm install onnxruntime-node`,
    );
  });
  return ortRuntime(ort, options);
}

export { fileSource, openModelFile } from './files.js';
