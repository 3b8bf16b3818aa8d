import type { Terminal } from './command-context.ts';

const WIDTH = 28;

/**
 * Progress of long work on standard error: a bar that is redrawn on a terminal, else a line for each tenth.
 */
export class ProgressBar {
  readonly #terminal: Terminal;
  readonly #label: string;
  #tenth = -1;
  #drawnAt = 0;

  constructor(terminal: Terminal, label: string) {
    this.#terminal = terminal;
    this.#label = label;
  }

  /** @param share between 0 and 1 @param note a few words on what has come so far */
  update(share: number, note: string): void {
    if (!this.#terminal.isTerminal) {
      const tenth = Math.floor(share * 10);
      if (tenth === this.#tenth) return;
      this.#tenth = tenth;
      this.#terminal.err(`${this.#label} ${tenth * 10}% ${note}\n`);
      return;
    }
    const now = performance.now();
    if (now - this.#drawnAt < 100 && share < 1) return;
    this.#drawnAt = now;
    const full = Math.round(Math.min(Math.max(share, 0), 1) * WIDTH);
    this.#terminal.err(
      `\r${this.#label} [${'='.repeat(full)}${' '.repeat(WIDTH - full)}] ${Math.floor(share * 100)}% ${note}\u001b[K`,
    );
  }

  end(): void {
    if (this.#terminal.isTerminal) this.#terminal.err('\n');
  }
}
