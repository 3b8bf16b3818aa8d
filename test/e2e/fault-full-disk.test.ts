import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { requireProgram } from '../support/outside.ts';
import { ChildPlatform } from '../support/child-platform.ts';
import { eventually } from '../support/eventually.ts';
import type { TestDevice } from '../support/platform-client.ts';
import { SteadyPublisher } from '../support/steady-publisher.ts';

const run = promisify(execFile);

const TEMPLATE = `
devices: { truck: {} }
streams:
  climate:
    from: truck
    rate: { sustained: 100000/s, burst: 1000000 }
    fields: { n: { type: integer } }
people:
  operator: { query: all }
`;

test(
  'a full disk: new readings come later, what is there stays, and room heals it',
  { timeout: 120_000 },
  async (t) => {
    const mosquitto = requireProgram(t, 'mosquitto_pub');
    await using small = await mountSmallVolume(t);
    const { volume } = small;
    await using weir = await ChildPlatform.start(TEMPLATE, { data: join(volume, 'data') });
    const device = await weir.enrol('truck-1', 'truck');
    const other = await weir.enrol('truck-2', 'truck');
    const publisher = new SteadyPublisher({
      device,
      port: () => weir.address.ports.mqtt,
      topic: 'streams/climate',
      payload: (n) => `{"n": ${n}, "seq": ${n}}`,
      burst: 20,
      pauseMs: 20,
    });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => publisher.giveUp());
    const ready = await eventually(
      () => publisher.acknowledged.size,
      (size) => size > 100,
    );
    assert.ok(ready > 100);

    const ballast = join(volume, 'ballast');
    await fill(ballast, volume);
    const codes = await eventually(
      () => [...publisher.refused.keys()],
      (found) => found.length > 0,
    );
    assert.deepEqual(codes, [0x97], 'MQTT 5 hears quota exceeded');

    await t.test('HTTP hears 503 and when to come again', async () => {
      const reply = await post(weir, other, '{"n": 1}');
      assert.equal(reply.statusCode, 503);
      assert.match(reply.headers['retry-after'] ?? '', /^\d+$/);
    });

    await t.test('MQTT 3.1.1 is closed without an acknowledgement', async () => {
      const { files } = other;
      const tls = ['--cafile', files.authority, '--cert', files.certificate, '--key', files.key];
      const where = ['-h', 'localhost', '-p', String(weir.address.ports.mqtt), '-t', 'streams/climate'];
      const { stdout, stderr } = await run(
        mosquitto,
        ['-d', '-V', 'mqttv311', ...where, ...tls, '-q', '1', '-m', '{"n": 2}'],
        { timeout: 5_000 },
      ).catch((error: { stdout: string; stderr: string }) => error);
      assert.match(`${stdout}${stderr}`, /sending PUBLISH/);
      assert.doesNotMatch(`${stdout}${stderr}`, /received PUBACK/);
    });

    await t.test('what is there stays there, and room makes all well without a restart', async () => {
      const before = publisher.acknowledged.size;
      await rm(ballast);
      const after = await eventually(
        () => publisher.acknowledged.size,
        (size) => size > before + 100,
      );
      assert.ok(after > before + 100, `${after} after ${before}`);
      await publisher.stop();
      const [row] = await eventually(
        () => weir.query<{ times: number; numbers: number }>(counts).catch(() => []),
        (rows) => rows[0] !== undefined,
      );
      assert.deepEqual(row, { times: publisher.acknowledged.size, numbers: publisher.acknowledged.size });
      assert.equal((await post(weir, other, '{"n": 3}')).statusCode, 202);
      const status = await weir.status();
      assert.deepEqual(status.degraded, []);
    });
  },
);

const counts = `select count(*)::integer as times, count(distinct n)::integer as numbers from climate where device = 'truck-1'`;

/** A volume of its own that is soon full. */
async function mountSmallVolume(t: TestContext): Promise<{ readonly volume: string } & AsyncDisposable> {
  const volume = await mkdtemp(join(tmpdir(), 'weir-volume-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'weir-test', volume]);
  } catch {
    await rmdir(volume);
    const reason = 'a small volume cannot be mounted here: it takes the right to mount';
    t.todo(reason);
    t.skip(reason);
    throw new Error(reason);
  }
  return {
    volume,
    [Symbol.asyncDispose]: async () => {
      await run('umount', ['-l', volume]);
      await rmdir(volume);
    },
  };
}

/** Takes all room that a volume has. */
async function fill(path: string, volume: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const { bavail, bsize } = await statfs(volume);
    if (bavail === 0) return;
    await writeFile(path, Buffer.alloc(bavail * bsize), { flag: 'a' }).catch(() => undefined);
  }
}

function post(weir: ChildPlatform, device: TestDevice, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      key: device.key,
      cert: device.certificate,
      ca: device.authority,
      agent: false,
      headers: { 'content-type': 'application/json' },
    };
    request(new URL('/v1/streams/climate', weir.address.https), options, (reply) => {
      reply.resume();
      resolve(reply);
    })
      .once('error', reject)
      .end(body);
  });
}
