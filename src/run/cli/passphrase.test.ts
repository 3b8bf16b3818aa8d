import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { readPassphrase } from './passphrase.ts';
import type { PassphraseSources } from './passphrase.ts';

/** A terminal at which somebody types an answer to each question. */
class Typist extends EventEmitter {
  readonly isTTY = true;
  raw = false;
  shown = '';
  readonly #answers: string[];

  constructor(...answers: readonly string[]) {
    super();
    this.#answers = [...answers];
  }

  setRawMode(raw: boolean): void {
    this.raw = raw;
  }
  setEncoding(): void {}
  resume(): void {}
  pause(): void {}

  readonly ask = (text: string): void => {
    this.shown += text;
    if (!text.endsWith(': ')) return;
    assert.ok(this.raw, 'nothing is shown while somebody types');
    const answer = this.#answers.shift() ?? '\u0003';
    setImmediate(() => this.emit('data', answer));
  };
}

const at = (typist: Typist, more: Partial<PassphraseSources> = {}): PassphraseSources => ({
  file: undefined,
  credentials: undefined,
  keyboard: typist,
  ask: typist.ask,
  ...more,
});

test('readPassphrase() asks at the terminal without showing, twice where one is chosen', async () => {
  const once = new Typist('grey heron\r');
  assert.equal(await readPassphrase(at(once), false), 'grey heron');
  assert.deepEqual([once.shown, once.raw], ['passphrase: \n', false]);
  const twice = new Typist('grey heronn\u007f\r', 'grey heron\n');
  assert.equal(await readPassphrase(at(twice), true), 'grey heron');
  await assert.rejects(readPassphrase(at(new Typist('a\r', 'b\r')), true), { code: 'CLI_NO_PASSPHRASE' });
});

test('readPassphrase() gives up where somebody does', async () => {
  for (const key of ['\u0003', '\u0004']) {
    const typist = new Typist(`half${key}`);
    await assert.rejects(readPassphrase(at(typist), false), { code: 'CLI_NO_PASSPHRASE' });
    assert.equal(typist.raw, false);
  }
});

test('readPassphrase() prefers the named file, then the credential of the service', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'named'), 'from a file\n');
  await writeFile(join(folder, 'weir-passphrase'), 'from the service');
  const nobody = new Typist();
  assert.equal(
    await readPassphrase(at(nobody, { file: join(folder, 'named'), credentials: folder }), true),
    'from a file',
  );
  assert.equal(await readPassphrase(at(nobody, { credentials: folder }), true), 'from the service');
  const asked = new Typist('typed\r');
  assert.equal(await readPassphrase(at(asked, { credentials: join(folder, 'none') }), false), 'typed');
});

test('readPassphrase() refuses an empty file, a missing one, and no terminal', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'empty'), '\n');
  const nobody = Object.assign(new Typist(), { isTTY: false });
  for (const file of [join(folder, 'empty'), join(folder, 'none'), undefined]) {
    await assert.rejects(readPassphrase(at(nobody, { file }), false), {
      code: 'CLI_NO_PASSPHRASE',
      hint: /passphrase/,
    });
  }
});
