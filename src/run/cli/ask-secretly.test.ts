import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { askSecretly } from './ask-secretly.ts';

/** A keyboard on which these keys are hit, one after the other. */
class Keys extends EventEmitter {
  readonly isTTY = true;
  readonly raw: boolean[] = [];
  readonly #keys: readonly string[];

  constructor(...keys: readonly string[]) {
    super();
    this.#keys = keys;
  }

  setRawMode(raw: boolean): void {
    this.raw.push(raw);
  }
  setEncoding(): void {}
  pause(): void {}
  resume(): void {
    setImmediate(() => this.#keys.forEach((key) => this.emit('data', key)));
  }
}

test('askSecretly() gives the line that is typed and shows none of it', async () => {
  const shown: string[] = [];
  const keys = new Keys('a', 'b\u007f', 'cé', '\r');
  assert.equal(await askSecretly(keys, (text) => shown.push(text), 'code: '), 'acé');
  assert.deepEqual(
    [shown, keys.raw],
    [
      ['code: ', '\n'],
      [true, false],
    ],
  );
});

test('askSecretly() ends where somebody gives up, and gives the terminal back', async () => {
  for (const key of ['\u0003', '\u0004']) {
    const keys = new Keys('abc', key);
    await assert.rejects(
      askSecretly(keys, () => {}, '? '),
      { code: 'CLI_NO_PASSPHRASE' },
    );
    assert.deepEqual(keys.raw, [true, false]);
  }
});
