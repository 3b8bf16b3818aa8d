import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { fromBase64, toBase64 } from '#base/core/index.ts';
import { FleetSum } from '#base/crypto/index.ts';
import type { Caller } from '../api/caller.ts';
import { EncryptedSums } from './encrypted-sums.ts';

const ADA: Caller = {
  subject: { id: 'ada', kind: 'person', roles: [], standing: 'good', deviceType: null },
  actor: 'person:ada',
  peer: { kind: 'none', name: null, serial: null, address: '', listener: 'api' },
};

function answering(values: readonly unknown[]) {
  const asked: string[] = [];
  const sums = new EncryptedSums({
    queries: {
      run: async (_caller, { sql }) => {
        asked.push(sql);
        const lines = values.map((sealed) => `${JSON.stringify({ sealed })}\n`);
        return { contentType: '', parts: Readable.from(lines.map((line) => Buffer.from(line))), headers: {} };
      },
    },
  });
  return { asked, add: () => sums.add(ADA, 'meter"s', 'watts', 'billing', new AbortController().signal) };
}

test('EncryptedSums adds up what devices encrypted, says what it cost, and leaves out what is no ciphertext', async () => {
  const fleet = await FleetSum.open();
  const { publicKey, secretKey } = fleet.makeKeys();
  const sealed = [1, 2, 3, 4, 5.5].map((value) => toBase64(fleet.seal(publicKey, value)));
  const { asked, add } = answering([...sealed, 'not base64!', toBase64(new Uint8Array(9)), 7]);
  const { count, unreadable, sum, bytes, milliseconds } = await add();
  assert.deepEqual([count, unreadable], [5, 3]);
  assert.ok(bytes > 1_000_000 && milliseconds > 0);
  assert.ok(Math.abs(fleet.open(secretKey, fromBase64(sum)).sum - 15.5) < 1e-6);
  assert.deepEqual(asked, [
    'SELECT arg_max("watts", time) AS sealed FROM "meter""s" WHERE "watts" IS NOT NULL GROUP BY device',
  ]);
  await assert.rejects(answering(sealed.slice(0, 4)).add(), { code: 'API_SUM_REFUSED' });
});
