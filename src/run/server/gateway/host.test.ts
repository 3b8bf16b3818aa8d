import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { request } from 'node:https';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { startTestPlatform } from '../../../../test/support/running-platform.ts';
import type { TestDevice } from '../../../../test/support/running-platform.ts';

/** The status that a reading over HTTPS is answered with; null where the connection is refused. */
function publish(origin: string, { key, certificate, authority }: TestDevice): Promise<number | null> {
  return new Promise((resolve) => {
    const options = {
      method: 'POST',
      key,
      cert: certificate,
      ca: authority,
      agent: false,
      headers: { 'content-type': 'application/json' },
    };
    const outgoing = request(new URL('/v1/streams/s', origin), options, (reply) => {
      reply.resume();
      resolve(reply.statusCode ?? null);
    });
    outgoing.once('error', () => resolve(null));
    outgoing.end('{"n": 1}');
  });
}

test('GatewayHost counts what comes in, and a device that is disabled is out at once', async () => {
  await using weir = await startTestPlatform(
    'devices: { pump: {} }\nstreams: { s: { from: pump, fields: { n: { type: number } } } }',
  );
  const device = await weir.enrol('pump-1', 'pump');
  const { https } = weir.platform.address;
  assert.ok(((await publish(https, device)) ?? 500) < 300);
  assert.equal((await weir.platform.status()).readings.admitted, 1);
  assert.equal((await weir.call('POST', '/v1/devices/pump-1/disable', { body: {} })).status, 200);
  assert.notEqual(Math.floor(((await publish(https, device)) ?? 500) / 100), 2);
  assert.equal((await weir.platform.status()).readings.admitted, 1);

  // A gateway that drains gives back the keys of files that it did not begin.
  await weir.platform[Symbol.asyncDispose]();
  using catalogue = new DatabaseSync(weir.layout.catalogue, { readOnly: true });
  const kept = catalogue.prepare('select id from keys_file order by id').all();
  const folders = [weir.layout.journal, weir.layout.quarantine, weir.layout.windows];
  const found = await Promise.all(folders.map((folder) => readdir(folder, { recursive: true })));
  const files = found.flat().filter((name) => name.endsWith('.journal'));
  assert.deepEqual(
    kept.map(({ id }) => id),
    files.map((name) => basename(name, '.journal')).sort(),
  );
});
