import { CliError } from './errors.ts';

/** A terminal to ask at. */
export interface Keyboard {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: 'data', listener: (text: string) => void): unknown;
  off(event: 'data', listener: (text: string) => void): unknown;
}

const LONGEST = 1_024;

/** Reads a line without showing it. @throws {CliError} CLI_NO_PASSPHRASE where somebody gives up */
export function askSecretly(keyboard: Keyboard, ask: (text: string) => void, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (finish: () => void): void => {
      keyboard.off('data', hear);
      keyboard.setRawMode?.(false);
      keyboard.pause();
      ask('\n');
      finish();
    };
    const hear = (text: string): void => {
      for (const character of text) {
        if (character === '\r' || character === '\n') return end(() => resolve(typed));
        // Ctrl-C and Ctrl-D: in raw mode the terminal makes no signal of them.
        if (character === '\u0003' || character === '\u0004') {
          return end(() => reject(new CliError('CLI_NO_PASSPHRASE', 'Cannot go on: nothing was typed')));
        }
        if (character === '\u007f' || character === '\b') typed = Array.from(typed).slice(0, -1).join('');
        else if (character >= ' ' && typed.length < LONGEST) typed += character;
      }
    };
    keyboard.setEncoding('utf8');
    keyboard.setRawMode?.(true);
    keyboard.on('data', hear);
    keyboard.resume();
    ask(question);
  });
}
