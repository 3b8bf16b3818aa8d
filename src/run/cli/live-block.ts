import type { Terminal } from './command-context.ts';

/** A state that is shown again and again: several lines that are redrawn on a terminal, else one line each time. */
export class LiveBlock {
  readonly #terminal: Terminal;
  #drawn = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /**
   * @param lines for a terminal
   * @param line the same in one line, for a file or a pipe
   */
  show(lines: readonly string[], line: string): void {
    if (!this.#terminal.isTerminal) {
      this.#terminal.err(`${line}\n`);
      return;
    }
    // Up to where the last drawing began, and clear from there on.
    const back = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\u001b[J`;
    this.#terminal.err(`${back}${lines.map((text) => `${text}\n`).join('')}`);
    this.#drawn = lines.length;
  }
}
