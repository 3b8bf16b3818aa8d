import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { askAtTerminal } from './ask-at-terminal.ts';

test('askAtTerminal() gives the line that was typed, and nothing where the input ends', async () => {
  for (const [typed, heard] of [
    ['yes\nmore\n', 'yes'],
    ['', ''],
  ] as const) {
    const [stdin, stderr] = [new PassThrough(), new PassThrough()];
    stdin.end(typed);
    assert.equal(await askAtTerminal({ stdin, stderr }, 'go on? '), heard);
    stderr.end();
    assert.match(await text(stderr), /^go on\? /);
  }
});

test('askAtTerminal() is interrupted by Ctrl-C', async () => {
  const [stdin, stderr] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY: true })];
  const asked = askAtTerminal({ stdin, stderr }, 'go on? ');
  stdin.write('\u0003');
  await assert.rejects(asked, { name: 'AbortError' });
});
