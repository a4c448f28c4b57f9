/** A progress bar on a terminal's stderr; nothing where stderr is no terminal. */

export interface Progress {
  /** `done` of all, which may be a fraction, now at `what`. */
  update(done: number, what: string): void;
  end(): void;
}

const WIDTH = 24;

export function progressBar(total: number): Progress {
  const { stderr } = process;
  if (!stderr.isTTY) return { update: () => {}, end: () => {} };
  return {
    update(done, what) {
      const filled = Math.round((WIDTH * done) / total);
      const line = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${String(Math.floor((100 * done) / total)).padStart(3)} % ${what}`;
      stderr.write(`\r\u001b[K${line.slice(0, stderr.columns || 80)}`);
    },
    end: () => void stderr.write('\r\u001b[K'),
  };
}
