import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually.ts';
import { requireProgram } from '../support/outside.ts';
import { startTestPlatform } from '../support/running-platform.ts';

const run = promisify(execFile);

const TEMPLATE = `
devices: { truck: {} }
streams:
  climate:
    from: truck
    fields:
      temperature: { type: number, unit: Cel, range: [-40, 60] }
      door: { type: boolean, nullable: true }
people:
  scientist: { query: [climate], sees: [operational] }
  clerk: { query: [], sees: [operational] }
`;

test('one device, one reading, one query, one log entry', async (t) => {
  const mosquitto = requireProgram(t, 'mosquitto_pub');
  await using weir = await startTestPlatform(TEMPLATE);
  const { files } = await weir.enrol('truck-1', 'truck');
  const { mqtt } = weir.platform.address.ports;
  const tls = ['--cafile', files.authority, '--cert', files.certificate, '--key', files.key];
  const where = ['-V', '5', '-h', 'localhost', '-p', String(mqtt), ...tls];
  const publish = (payload: string, ...more: string[]) =>
    run(mosquitto, [...more, ...where, '-q', '1', '-t', 'streams/climate', '-m', payload]);
  await publish('{"temperature": 4.5, "door": true, "seq": 1}');

  await t.test('the reading is there at once', async () => {
    const rows = await eventually(
      () => weir.query('select device, temperature, door, seq from climate'),
      (found) => found.length === 1,
    );
    assert.deepEqual(rows, [{ device: 'truck-1', temperature: 4.5, door: true, seq: 1 }]);
  });

  await t.test('a reading out of range is refused, counted and set aside', async () => {
    const { stdout, stderr } = await publish('{"temperature": 400}', '-d').catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    assert.match(`${stdout}${stderr}`, /RC:131|Implementation specific error/);
    const counts = await eventually(
      () => weir.query('select stream, device, reason, count from _refusals'),
      (rows) => rows.length === 1,
    );
    assert.deepEqual(counts, [{ stream: 'climate', device: 'truck-1', reason: 'range', count: 1 }]);
    const kept = await eventually(
      async () =>
        (await weir.call('GET', '/v1/quarantine')).json<{ readings: { reason: string; id: string }[] }>().readings,
      (rows) => rows.length === 1,
    );
    assert.equal(kept[0]?.reason, 'range');
    const shown = (await weir.call('GET', `/v1/quarantine/${kept[0]?.id}`)).json<{ payload: string }>();
    assert.equal(shown.payload, '{"temperature":400}');
  });

  await t.test('a person sees what their role gives, by token', async () => {
    const token = async (name: string, role: string) =>
      (await weir.call('POST', '/v1/users', { body: { name, roles: [role] } })).json<{ token: string }>().token;
    const ada = await token('ada', 'scientist');
    const bob = await token('bob', 'clerk');
    assert.deepEqual(await weir.query('select temperature from climate', { token: ada }), [{ temperature: 4.5 }]);
    await assert.rejects(weir.query('select temperature from climate', { token: bob }), { code: 'QUERY_REFUSED' });
    assert.equal((await weir.call('GET', '/v1/status', { token: ada })).status, 403);
    assert.equal((await weir.call('GET', '/v1/status', { token: 'weir_nobody' })).status, 401);
    // It is for who monitors, too: how the platform does, and nothing of devices and people.
    assert.doesNotMatch(JSON.stringify(await weir.platform.status()), /\b(truck-1|ada|bob)\b/);
  });

  await t.test('the log has the enrolment and the queries, refused ones too', async () => {
    const counts = await weir.query(
      'select action, outcome, sum(count) as n from _log_counts group by all order by all',
    );
    const find = (action: string, outcome: string) =>
      counts.find((row) => row['action'] === action && row['outcome'] === outcome);
    assert.ok(find('enrol', 'allowed') !== undefined, JSON.stringify(counts));
    assert.ok(find('query', 'allowed') !== undefined);
    assert.ok(find('query', 'denied') !== undefined);
    assert.ok(find('refuse-readings', 'denied') !== undefined);
  });

  await t.test('sealed, restarted, asked again', async () => {
    await weir.restart();
    const status = await weir.platform.status();
    // How the device connected is sealed, too.
    assert.ok(status.segments.rows >= 1);
    assert.deepEqual(await weir.query('select device, temperature from climate'), [
      { device: 'truck-1', temperature: 4.5 },
    ]);
  });
});
