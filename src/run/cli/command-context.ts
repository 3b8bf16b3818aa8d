import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { findPlatform } from './locate.ts';
import { PlatformClient } from './platform-client.ts';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly data?: string;
  readonly template?: string;
  readonly json?: boolean;
  readonly tokenFile?: string;
}

/** The terminal: results go to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  /** Writes bytes to the same place as `out`, as fast as they are taken there. */
  readonly pipe: (bytes: AsyncIterable<Uint8Array>) => Promise<void>;
  readonly err: (text: string) => void;
  readonly isTerminal: boolean;
  /** Asks whoever is there and gives the line that they type; null where nobody is. */
  readonly ask: ((question: string) => Promise<string>) | null;
}

/** What a command works with: the terminal, the global options and a line to the platform. */
export class CommandContext {
  readonly terminal: Terminal;
  readonly options: GlobalOptions;
  /** The command line as it was typed, without the name of the program. */
  readonly words: readonly string[];

  constructor(terminal: Terminal, options: GlobalOptions, words: readonly string[] = []) {
    this.terminal = terminal;
    this.options = options;
    this.words = words;
  }

  /** Connects to the running platform for the length of `work`. */
  async withPlatform<T>(work: (client: PlatformClient) => Promise<T>): Promise<T> {
    using client = await PlatformClient.open(await findPlatform(this.options.data), this.options.tokenFile);
    return await work(client);
  }

  /** Connects to the running platform as somebody who has yet to show who they are. */
  async asNobody<T>(work: (client: PlatformClient) => Promise<T>): Promise<T> {
    const { address, layout } = await findPlatform(this.options.data);
    const authority = await readFile(join(layout.identity, 'ca.crt'), 'utf8');
    using client = PlatformClient.at(address.api, authority, null);
    return await work(client);
  }

  /** Prints a result: as JSON under `--json`, else as the text that `show` makes of it. */
  result<T>(value: T, show: (value: T) => string): void {
    this.terminal.out(this.options.json === true ? `${JSON.stringify(value, null, 2)}\n` : show(value));
  }

  /** Says what was done or what is going on, beside the result. */
  note(text: string): void {
    this.terminal.err(`weir: ${text}\n`);
  }

  /** Names the next command to try, about the same data directory and as the same person. */
  next(command: string): void {
    this.#suggest(this.#asBefore(command));
  }

  /** Names the next command for somebody else to try, about the same data directory. */
  nextForOthers(command: string): void {
    this.#suggest(command);
  }

  /** A command as it is to be typed for the data directory at hand, where another than the usual one was named. */
  here(command: string): string {
    const { data } = this.options;
    if (data === undefined || / --data /.test(command)) return command;
    return `${command} --data ${quotedWord(data)}`;
  }

  #suggest(command: string): void {
    if (this.options.json === true) return;
    this.terminal.err(`${styleText('dim', `next: npm run -s weir -- ${this.here(command)}`)}\n`);
  }

  #asBefore(command: string): string {
    const { tokenFile } = this.options;
    if (tokenFile === undefined || / --token-file /.test(command)) return command;
    return `${command} --token-file ${quotedWord(tokenFile)}`;
  }

  /** The command at hand once more, with another option, as it is to be typed. */
  again(option: string): string {
    const end = this.words.indexOf('--');
    const words = this.words.toSpliced(end === -1 ? this.words.length : end, 0, option);
    return `npm run -s weir -- ${words.map(quotedWord).join(' ')}`;
  }
}

/** A word as a shell takes it. */
function quotedWord(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
