import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/tmp.ts';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';
import { postReadings } from './post-readings.ts';

const template = (place: string, archive = 'archive: { after: 1s, to: cold }'): string => `template: 1
name: test
region: eu
devices: { truck: {} }
objects:
  cold: ${place}
streams:
  climate:
    from: truck
    purposes: [quality]
    ${archive}
    fields:
      n: { type: integer }
      driver: { type: text, class: personal }
people:
  operator: { query: all, purposes: [quality], sees: [operational, personal] }
`;

/** Paths of the files below a folder that are segments. */
async function segmentsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.parquet'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

const source = (text: string) => ({ path: 'weir.yaml', text, files: {} });
const QUERY = 'select n, driver from climate order by n';
const ask = (weir: TestPlatform, sql = QUERY) => weir.query(sql, { purpose: 'quality' });

test('old segments go to another place, merged, and are read there', async (t) => {
  const place = join(await temporaryFolder(t), 'cold');
  await mkdir(place);
  await using weir = await startTestPlatform(template(`{ location: ${place} }`, ''));
  const truck = await weir.enrol('truck-1', 'truck');
  const send = async (from: number, count: number): Promise<void> => {
    const readings = Array.from({ length: count }, (_, i) => ({ n: from + i, driver: `driver ${from + i}` }));
    assert.equal((await postReadings(weir, truck, 'climate', readings)).status, 202);
  };
  for (const from of [0, 3]) {
    await send(from, 3);
    await weir.restart();
  }
  const expected = Array.from({ length: 6 }, (_, n) => ({ n, driver: `driver ${n}` }));

  await t.test('they are merged into one and carried there, sealed', async () => {
    const text = template(`{ location: ${place} }`);
    const planned = await weir.ask<{ unenforced: unknown[] }>('POST', '/v1/template/plan', { body: source(text) });
    assert.deepEqual(planned.unenforced, []);
    await weir.ask('POST', '/v1/template/apply', { body: source(text) });
    const there = await eventually(
      () => segmentsIn(place),
      (found) => found.length > 0,
    );
    assert.match(there.join(), /^segments\/[0-9a-f]{6}\/[0-9a-f]{32}-1\.parquet$/);
    const bytes = await readFile(join(place, there[0]!));
    assert.equal(bytes.includes('driver 1'), false);
    await eventually(
      () => segmentsIn(join(weir.layout.objects, 'places')),
      (left) => left.length === 0,
    );
  });

  await t.test('a statement fetches what it reads, and nothing of it is left', async () => {
    assert.deepEqual(await ask(weir), expected);
    assert.deepEqual(await eventually(() => segmentsIn(weir.layout.copies), (left) => left.length === 0), []); // prettier-ignore
  });
});
