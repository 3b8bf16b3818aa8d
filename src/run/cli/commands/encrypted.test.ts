import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromBase64, toBase64 } from '#base/core/index.ts';
import { FleetSum } from '#base/crypto/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addEncryptedCommand } from './encrypted.ts';

test('weir encrypted keys, seal and sum: what was summed up by the platform opens here alone', async (t) => {
  const folder = join(await temporaryFolder(t), 'keys');
  const [open, secret] = [join(folder, 'public.key'), join(folder, 'secret.key')];
  const values = [1, 2, 3, 4, 10];
  let sum = '';
  const platform = await standIn(t, {
    'POST /v1/encrypted-sums': () => ({ count: values.length, unreadable: 1, sum, bytes: 99, milliseconds: 12 }),
  });
  const run = (...words: string[]) => platform.run(addEncryptedCommand, 'encrypted', ...words);
  assert.match((await run('keys', folder)).out, /keys of 128 bits/);
  assert.equal((await stat(secret)).mode & 0o777, 0o600);
  await assert.rejects(run('keys', folder), { code: 'CLI_FILE_EXISTS' });
  const sealed = [];
  for (const value of values) sealed.push(fromBase64((await run('seal', String(value), '--key', open)).out.trim()));
  sum = toBase64((await FleetSum.open()).add(sealed));
  const { out } = await run('sum', 'meters', '--column', 'watts', '--key', secret, '--purpose', 'billing');
  const [, total, mean] =
    /^sum (\S+), mean (\S+), variance (\S+) \(to \S+\) of 5 devices\ncost: 99 bytes read, 12 ms/.exec(out) ?? [];
  assert.ok(Math.abs(Number(total) - 20) < 1e-5 && Math.abs(Number(mean) - 4) < 1e-6, out);
  sum = toBase64((await FleetSum.open()).add(sealed.slice(1)));
  await assert.rejects(run('sum', 'meters', '--column', 'watts', '--key', secret), { code: 'CLI_USAGE' });
  for (const value of ['much', ' ', '1e300'])
    await assert.rejects(run('seal', value, '--key', open), { code: 'CLI_USAGE' });
  await assert.rejects(run('seal', '1', '--key', join(folder, 'none')), { code: 'CLI_FILE_UNREADABLE' });
  assert.ok((await readFile(open)).length > 100_000);
});
