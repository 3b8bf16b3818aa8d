import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { hearStop } from './stop-signal.ts';

test('hearStop() asks to drain at the first signal and loses patience at the second', async () => {
  const source = new EventEmitter();
  let impatient = 0;
  using stop = hearStop(source, () => (impatient += 1));
  assert.equal(stop.signal.aborted, false);
  source.emit('SIGTERM');
  await stop.asked;
  assert.equal(stop.signal.aborted, true);
  assert.equal(impatient, 0);
  source.emit('SIGINT');
  assert.equal(impatient, 1);
});

test('hearStop() asks to drain where the terminal closes, which is never impatience', async () => {
  const source = new EventEmitter();
  let impatient = 0;
  using stop = hearStop(source, () => (impatient += 1));
  source.emit('SIGHUP');
  await stop.asked;
  assert.equal(stop.signal.aborted, true);
  // The shell says it again, and what ends the session says it in its own way.
  source.emit('SIGHUP');
  source.emit('SIGTERM');
  assert.equal(impatient, 0);
  source.emit('SIGTERM');
  assert.equal(impatient, 1);
});

test('hearStop() leaves nothing behind', () => {
  const source = new EventEmitter();
  hearStop(source, () => assert.fail())[Symbol.dispose]();
  assert.equal(source.eventNames().length, 0);
});
