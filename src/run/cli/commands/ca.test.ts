import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addCaCommand } from './ca.ts';

const ROW = { role: 'issuing', generation: 2, state: 'signing', created: 'a', expires: 'b', keyHere: true };

test('weir ca lists, rotates, requests, imports and retires', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/authorities': { authorities: [{ ...ROW, role: 'root', keyHere: false }, ROW] },
    'POST /v1/authorities/rotate': ROW,
    'POST /v1/authorities/request': { request: 'CSR' },
    'POST /v1/authorities/import': ROW,
    'GET /v1/authorities/root/2/index': { index: 'R\tx\n' },
    'POST /v1/authorities/root-list': { root: 2, retired: [1] },
    'POST /v1/authorities/retire': { ...ROW, role: 'root', generation: 1, state: 'retired' },
  });
  assert.match((await platform.run(addCaCommand, 'ca', 'list')).out, /^root +2 +signing +a +b +elsewhere$/m);
  assert.equal(
    (await platform.run(addCaCommand, 'ca', 'rotate')).out,
    'issuing authority 2 signs from now on, until b\n',
  );
  assert.equal((await platform.run(addCaCommand, 'ca', 'request')).out, 'CSR');
  const file = join(await temporaryFolder(t), 'a.pem');
  await writeFile(file, 'PEM');
  await platform.run(addCaCommand, 'ca', 'import', file);
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), { certificate: 'PEM' });
  assert.equal((await platform.run(addCaCommand, 'ca', 'request', '--list', '2')).out, 'R\tx\n');
  await writeFile(file, '-----BEGIN X509 CRL-----');
  assert.match(
    (await platform.run(addCaCommand, 'ca', 'import', file)).out,
    /^the list of root 2 .* authority 1 is retired/,
  );
  assert.equal((await platform.run(addCaCommand, 'ca', 'retire', 'root', '1', '--yes')).out, 'root 1 is retired\n');
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), { role: 'root', generation: 1 });
});
