import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { corpora, requireProgram } from '../../../test/support/outside.ts';
import { runProgram } from '../../../test/support/run-program.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { readMud } from './read-profile.ts';
import { LAMP_MUD } from '../../../test/support/lamp-mud.ts';
import { formatMud } from './write-profile.ts';

test('formatMud() writes what readMud() read', () => {
  const profile = readMud(LAMP_MUD);
  assert.deepEqual(readMud(formatMud(profile)), profile);
  const plain = (text: string): unknown => (JSON.parse(text) as Record<string, unknown>)['ietf-mud:mud'];
  const names = (one: unknown): string[] => Object.keys(one as object).toSorted();
  assert.deepEqual(names(plain(formatMud(profile))), names(plain(LAMP_MUD)));
});

test('formatMud() gives equal names apart', () => {
  const { from, ...rest } = readMud(LAMP_MUD);
  const doubled = readMud(formatMud({ ...rest, from: [from[0]!, from[0]!] }));
  assert.deepEqual(
    doubled.from.map(({ name }) => name),
    ['cloud', 'cloud-2'],
  );
});

test('formatMud() writes published profiles so that yanglint takes them, and they say the same', async (t) => {
  const yanglint = requireProgram(t, 'yanglint');
  const yang = corpora(t, 'standards/mud/yang');
  const published = corpora(t, 'data/mud');
  const folder = await temporaryFolder(t);
  const files = readdirSync(published, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('Mud.json'));
  assert.equal(files.length, 55);
  const written = files.map((file, i) => {
    const profile = readMud(readFileSync(path.join(published, file), 'utf8'));
    const text = formatMud(profile);
    const again = readMud(text);
    const rules = (rulesOf: typeof profile.from): string[] => rulesOf.map((rule) => JSON.stringify(rule)).toSorted();
    assert.deepEqual(rules(again.from), rules(profile.from), file);
    assert.deepEqual(rules(again.to), rules(profile.to), file);
    const target = path.join(folder, `${i}.json`);
    writeFileSync(target, text);
    return target;
  });
  const modules = ['ietf-access-control-list@2019-03-04', 'ietf-acldns', 'ietf-mud'].map(
    (one) => `${yang}/${one}.yang`,
  );
  // Each file is read by itself; what is not taken is told with the name of its file.
  const accepted = await runProgram(
    { command: yanglint, arguments: ['-p', yang, '-f', 'json', ...modules, ...written] },
    60_000,
  );
  assert.equal(accepted.errors, '');
  assert.equal(accepted.output.split('"mud-version"').length - 1, files.length);
  const broken = path.join(folder, 'broken.json');
  writeFileSync(broken, readFileSync(written[0]!, 'utf8').replace('"mud-version": 1', '"mud-version": 1000'));
  const refused = await runProgram(
    { command: yanglint, arguments: ['-p', yang, '-f', 'json', ...modules, broken] },
    60_000,
  );
  assert.match(refused.errors, /broken\.json/);
});

test('readMud() takes the profiles of NIST', (t) => {
  const folder = corpora(t, 'standards/mud/nist-unittest');
  for (const file of readdirSync(folder)) {
    const profile = readMud(readFileSync(path.join(folder, file), 'utf8'));
    assert.ok(profile.from.length + profile.to.length > 0, file);
    assert.deepEqual(readMud(formatMud(profile)), profile, file);
  }
});
