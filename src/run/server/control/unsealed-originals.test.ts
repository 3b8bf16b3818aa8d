import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { UnsealedOriginals } from './unsealed-originals.ts';

const of = (fields: string) =>
  makeTemplate(`devices: {d: {}}\nstreams: {s: {from: d, purposes: [q], fields: {${fields}}}}`);
const plain = of('serial: {type: text}, x: {type: number}');
const tokens = of('serial: {type: text, class: identifier}, x: {type: number}');

function originals(paused: boolean[] = []) {
  const flushed: string[] = [];
  const warned: string[] = [];
  const unsealed = new UnsealedOriginals({
    flush: (stream) => (flushed.push(stream), Promise.resolve()),
    isPaused: () => Promise.resolve(paused.shift() ?? false),
    log: { warn: (_, text) => void warned.push(text) },
    wayMs: 1,
  });
  return { unsealed, flushed, warned };
}

test('UnsealedOriginals counts what became a token as original until what waited is sealed', async () => {
  const { unsealed, flushed } = originals([true, false]);
  unsealed.begin([plain], tokens);
  assert.deepEqual([...unsealed.of('s')], ['serial']);
  await unsealed.settle();
  assert.deepEqual([flushed, [...unsealed.of('s')]], [['s'], []]);
  unsealed.begin([tokens], tokens);
  assert.deepEqual([...unsealed.of('s')], []);
  await unsealed.settle();
  assert.equal(flushed.length, 1);
});

test('UnsealedOriginals keeps counting where sealing failed, and where another template came meanwhile', async () => {
  const { unsealed } = originals();
  unsealed.begin([plain], tokens);
  const settling = unsealed.settle();
  unsealed.begin([plain], tokens);
  await settling;
  assert.deepEqual([...unsealed.of('s')], ['serial']);
  const warned: string[] = [];
  const failing = new UnsealedOriginals({
    flush: () => Promise.reject(new Error('no room')),
    isPaused: () => Promise.resolve(false),
    log: { warn: (_, text) => void warned.push(text) },
    wayMs: 1,
  });
  failing.begin([plain], tokens);
  await failing.settle();
  assert.deepEqual([[...failing.of('s')], warned.length], [['serial'], 1]);
});
