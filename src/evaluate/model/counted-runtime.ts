/** A runtime that counts what it runs: the cost of an explanation. */
import type { Runtime } from '../../runtime/runtime.js';

export interface Count {
  /** Runs of any graph. */
  readonly runs: number;
  /** Rows of the largest input of each run, added up: images that went through a graph, forwards or forwards and backwards. */
  readonly rows: number;
}

/** The same runtime, and what it has run so far. */
export function counted(runtime: Runtime): { readonly runtime: Runtime; readonly count: () => Count } {
  let [runs, rows] = [0, 0];
  return {
    count: () => ({ runs, rows }),
    runtime: {
      load: async (graph, options) => {
        const session = await runtime.load(graph, options);
        return {
          dispose: session.dispose,
          run: (inputs) => {
            const largest = Object.values(inputs).reduce((a, b) => (b.data.length > a.data.length ? b : a));
            runs++;
            rows += largest.shape[0] ?? 1;
            return session.run(inputs);
          },
        };
      },
    },
  };
}
