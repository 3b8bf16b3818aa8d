import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addTemplateCommand } from './template.ts';

const DIGEST = 'ab'.repeat(32);
const VERSION = { name: 'mine', digest: DIGEST, applied: '2026-01-01T00:00:00Z', inForce: true };
const TEXT = 'template: 1\nname: mine\n';
const SHOWN = { ...VERSION, path: 'weir.yaml', text: TEXT, files: { 'views/daily.sql': 'select 1' } };

test('weir template show prints the text as it was handed in, and names the files beside it', async (t) => {
  const platform = await standIn(t, { 'GET /v1/template': SHOWN, 'GET /v1/template?version=abab': SHOWN });
  const { out, err } = await platform.run(addTemplateCommand, 'template', 'show');
  assert.equal(out, TEXT);
  assert.match(err, /it names views\/daily\.sql: --out FOLDER writes these, too/);
  const json = await platform.run(addTemplateCommand, 'template', 'show', 'ABAB', '--json');
  assert.deepEqual(JSON.parse(json.out), SHOWN);
});

test('weir template show --out writes it with its files, and replaces none unasked', async (t) => {
  const platform = await standIn(t, { 'GET /v1/template': SHOWN });
  const folder = join(await temporaryFolder(t), 'back');
  const { out, err } = await platform.run(addTemplateCommand, 'template', 'show', '--out', folder);
  assert.equal(await readFile(join(folder, 'weir.yaml'), 'utf8'), TEXT);
  assert.equal(await readFile(join(folder, 'views/daily.sql'), 'utf8'), 'select 1');
  assert.equal(out, `wrote ${join(folder, 'views/daily.sql')}, ${join(folder, 'weir.yaml')}\n`);
  assert.ok(err.includes(` plan --template ${join(folder, 'weir.yaml')}`), err);
  await writeFile(join(folder, 'weir.yaml'), 'edited');
  await assert.rejects(platform.run(addTemplateCommand, 'template', 'show', '--out', folder), {
    code: 'CLI_UNCONFIRMED',
  });
  assert.equal(await readFile(join(folder, 'weir.yaml'), 'utf8'), 'edited');
  await platform.run(addTemplateCommand, 'template', 'show', '--out', folder, '--yes');
  assert.equal(await readFile(join(folder, 'weir.yaml'), 'utf8'), TEXT);
});

test('weir template show --out writes nothing where a file would be outside', async (t) => {
  const folder = join(await temporaryFolder(t), 'back');
  await mkdir(folder);
  for (const name of ['../secret.sql', '/tmp/secret.sql', '..', '.']) {
    const platform = await standIn(t, { 'GET /v1/template': { ...SHOWN, files: { [name]: 'x' } } });
    await assert.rejects(platform.run(addTemplateCommand, 'template', 'show', '--out', folder), { code: 'CLI_USAGE' });
    await assert.rejects(readFile(join(folder, 'weir.yaml')));
  }
  // The name of the template itself is one of a file, whatever path it was handed in with.
  const platform = await standIn(t, { 'GET /v1/template': { ...SHOWN, path: '../../other.yaml' } });
  await platform.run(addTemplateCommand, 'template', 'show', '--out', folder);
  assert.equal(await readFile(join(folder, 'other.yaml'), 'utf8'), TEXT);
});

test('weir template list shows versions, and how one of before is had back', async (t) => {
  const before = { ...VERSION, digest: 'cd'.repeat(32), inForce: false, by: 'person:b' };
  const platform = await standIn(t, {
    'GET /v1/template/versions': { versions: [{ ...VERSION, by: 'person:a' }, before] },
  });
  const { out, err } = await platform.run(addTemplateCommand, 'template', 'list');
  assert.match(out, /^abababababab +mine +2026-01-01T00:00:00Z +person:a +in force$/m);
  assert.match(out, /^cdcdcdcdcdcd +mine .*person:b$/m);
  assert.match(err, / template show cdcdcdcdcdcd/);
});
