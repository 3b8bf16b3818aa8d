import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { corpora } from '../../../test/support/outside.ts';
import { CONTROLS } from './register.ts';

test('CONTROLS have unique ids, rows of the checklist and statements', () => {
  assert.equal(new Set(CONTROLS.map(({ id }) => id)).size, CONTROLS.length);
  for (const { id, row, statement, requirements } of CONTROLS) {
    assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)+$/);
    assert.ok(row >= 1 && row <= 98 && statement.length > 20 && requirements.length > 0, id);
  }
});

test('CONTROLS name requirements that exist', async (t) => {
  const folder = corpora(t, 'standards/compliance');
  const read = async (file: string) =>
    JSON.parse(await readFile(join(folder, file), 'utf8')) as Record<string, Record<string, unknown>[]>;
  const ids = (list: Record<string, unknown>[] | undefined, key: string) =>
    new Set((list ?? []).map((item) => String(item[key])));
  const known: Record<string, Set<string>> = {
    gdpr: ids((await read('gdpr-articles.json'))['articles'], 'article'),
    'iso-27001': ids((await read('iso27001-2022-annex-a.json'))['controls'], 'id'),
    'nist-csf': ids((await read('nist-csf-2.0.json'))['outcomes'], 'id'),
    'etsi-en-303645': ids((await read('etsi-en-303-645-v2.1.1-ics.json'))['provisions'], 'provision'),
  };
  for (const { id, requirements } of CONTROLS) {
    for (const requirement of requirements) {
      const [catalogue, name] = requirement.split(':') as [string, string];
      assert.ok(known[catalogue]?.has(name), `${id} names ${requirement}, which does not exist`);
    }
  }
});
