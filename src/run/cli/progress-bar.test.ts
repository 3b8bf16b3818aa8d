import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProgressBar } from './progress-bar.ts';

function collect(isTerminal: boolean) {
  let text = '';
  return {
    terminal: { out: () => {}, pipe: async () => {}, err: (part: string) => (text += part), isTerminal, ask: null },
    text: () => text,
  };
}

test('ProgressBar prints one line for each tenth where there is no terminal', () => {
  const { terminal, text } = collect(false);
  const bar = new ProgressBar(terminal, 'replay');
  for (let i = 0; i <= 100; i++) bar.update(i / 100, `${i} rows`);
  bar.end();
  assert.equal(text().split('\n').length, 12);
  assert.match(text(), /^replay 0% 0 rows\n/);
});

test('ProgressBar redraws one line on a terminal', () => {
  const { terminal, text } = collect(true);
  const bar = new ProgressBar(terminal, 'replay');
  bar.update(1, 'done');
  bar.end();
  assert.match(text(), /^\rreplay \[={28}\] 100% done/);
});
