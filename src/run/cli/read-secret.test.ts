import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import type { Keyboard } from './ask-secretly.ts';
import { readSecretOf } from './read-secret.ts';

class Answers extends EventEmitter {
  readonly isTTY: boolean;
  readonly #answers: string[];

  constructor(isTTY: boolean, ...answers: readonly string[]) {
    super();
    this.isTTY = isTTY;
    this.#answers = [...answers];
  }

  setRawMode(): void {}
  setEncoding(): void {}
  pause(): void {}
  resume(): void {
    setImmediate(() => this.emit('data', this.#answers.shift() ?? '\u0003'));
  }
}

const from = (keyboard: Keyboard, file?: string) => ({ file, keyboard, ask: () => {} });

test('readSecretOf() takes the file that is named, without its last newline', async (t) => {
  const file = join(await temporaryFolder(t), 'p');
  await writeFile(file, 'grey heron\n');
  assert.equal(await readSecretOf('password', from(new Answers(false), file)), 'grey heron');
  await assert.rejects(readSecretOf('password', from(new Answers(true), `${file}x`)), {
    code: 'CLI_NO_SECRET',
    hint: /asked at the terminal/,
  });
});

test('readSecretOf() asks at the terminal, twice where one is chosen, and not where there is none', async () => {
  assert.equal(await readSecretOf('code', from(new Answers(true, 'a\r'))), 'a');
  assert.equal(await readSecretOf('password', from(new Answers(true, 'a\r', 'a\r')), true), 'a');
  await assert.rejects(readSecretOf('password', from(new Answers(true, 'a\r', 'b\r')), true), {
    code: 'CLI_NO_SECRET',
  });
  await assert.rejects(readSecretOf('code', from(new Answers(false, 'a\r'))), { code: 'CLI_NO_SECRET' });
});
