import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LateAnswers } from './late-answers.ts';

function start(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const late = new LateAnswers(() => now);
  const heard: string[] = [];
  const give = (caller: string, name: string): EventEmitter => {
    const response = new EventEmitter();
    late.give(caller, response as never, () => heard.push(`${name} at ${now}`));
    return response;
  };
  const wait = (ms: number): void => {
    for (let i = 0; i < ms; i++) {
      now++;
      t.mock.timers.tick(1);
    }
  };
  return { late, heard, give, wait };
}

test('LateAnswers come late, one by one for each caller', (t) => {
  const { late, heard, give, wait } = start(t);
  for (const name of ['a', 'b', 'c']) give('flood', name);
  give('other', 'd');
  wait(199);
  assert.deepEqual(heard, []);
  wait(100);
  assert.deepEqual(heard, ['a at 200', 'd at 200', 'b at 210', 'c at 220']);
  give('flood', 'e');
  wait(200);
  assert.deepEqual([heard.at(-1), late.size], ['e at 499', 0]);
});

test('LateAnswers say nothing to whoever has left', (t) => {
  const { late, heard, give, wait } = start(t);
  const [gone] = [give('flood', 'a'), give('flood', 'b')];
  gone.emit('close');
  wait(300);
  assert.deepEqual([heard, late.size], [['b at 210'], 0]);
});
