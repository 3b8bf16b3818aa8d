import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** Where somebody types, and where they see it. */
export interface Seat {
  readonly stdin: Readable;
  readonly stderr: Writable;
}

/**
 * Asks a question beside the results and gives the line that is typed; nothing where the input ends.
 *
 * @throws {DOMException} AbortError on Ctrl-C, as for what is interrupted at any other time
 */
export function askAtTerminal({ stdin, stderr }: Seat, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdin, output: stderr });
    const end = (finish: () => void): void => {
      lines.removeAllListeners('close').close();
      finish();
    };
    // Nothing was typed that would have ended the line of the question.
    const leave = (finish: () => void): void => {
      stderr.write('\n');
      end(finish);
    };
    lines.once('SIGINT', () => leave(() => reject(new DOMException('Interrupted while asking', 'AbortError'))));
    lines.once('close', () => leave(() => resolve('')));
    lines.question(question, (line) => end(() => resolve(line)));
  });
}
