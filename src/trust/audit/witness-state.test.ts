import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { WITNESS_STATE_FILE, WitnessState } from './witness-state.ts';

test('WitnessState remembers what was put, under any origin', async (t) => {
  const folder = await temporaryFolder(t);
  const state = await WitnessState.open(folder);
  assert.equal(state.get('a'), undefined);
  const log = { size: 3, root: 'cm9vdA==', note: 'note\n' };
  await state.put('a', log);
  await state.put('__proto__', { ...log, size: 4 });
  await state.put('a', { ...log, size: 5 });
  const again = await WitnessState.open(folder);
  assert.deepEqual([again.get('a')?.size, again.get('__proto__')?.size], [5, 4]);
  assert.equal((await stat(path.join(folder, WITNESS_STATE_FILE))).mode & 0o777, 0o600);
});

test('WitnessState.open() refuses a damaged file rather than begin anew', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, WITNESS_STATE_FILE);
  await (await WitnessState.open(folder)).put('a', { size: 3, root: 'cm9vdA==', note: 'note\n' });
  const text = await readFile(file, 'utf8');
  const wrong = [
    '',
    '{}',
    'null',
    '[]',
    text.slice(0, -10),
    text.replace('v1', 'v2'),
    text.replace('"size": 3', '"size": "3"'),
    text.replace('"origin"', '"other"'),
  ];
  for (const other of wrong) {
    await writeFile(file, other);
    await assert.rejects(WitnessState.open(folder), { code: 'AUDIT_WITNESS_STATE_INVALID' }, other);
  }
});

test('WitnessState.put() changes nothing where the file cannot be written', async (t) => {
  const folder = await temporaryFolder(t);
  const state = await WitnessState.open(folder);
  await writeFile(path.join(folder, 'tmp'), 'a file where a folder is needed');
  await assert.rejects(state.put('a', { size: 3, root: '', note: '' }));
  assert.equal(state.get('a'), undefined);
});
