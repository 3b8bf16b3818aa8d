import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveBlock } from './live-block.ts';

function drawn(isTerminal: boolean): string {
  let text = '';
  const block = new LiveBlock({
    out: () => assert.fail(),
    pipe: () => assert.fail(),
    err: (part) => (text += part),
    isTerminal,
    ask: null,
  });
  block.show(['a 1', 'b 1'], 'a 1, b 1');
  block.show(['a 2', 'b 2'], 'a 2, b 2');
  return text;
}

test('LiveBlock redraws its lines on a terminal', () => {
  assert.equal(drawn(true), 'a 1\nb 1\n\u001b[2A\u001b[Ja 2\nb 2\n');
});

test('LiveBlock writes one line each time elsewhere', () => {
  assert.equal(drawn(false), 'a 1, b 1\na 2, b 2\n');
});
