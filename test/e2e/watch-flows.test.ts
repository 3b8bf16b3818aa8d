import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { AlertForm } from '#run/server/index.ts';
import { eventually } from '../support/eventually.ts';
import { LAMP_MUD } from '../support/lamp-mud.ts';
import { ZEEK_HEADER, ZEEK_LINE } from '../support/out-flow.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import { temporaryFolder } from '../support/tmp.ts';

const run = promisify(execFile);
const MAIN = path.resolve(import.meta.dirname, '../../src/run/cli/main.ts');

const TEMPLATE = `
devices: { lamp: { mud: lamp.json } }
streams: { flows: { type: flow, from: lamp } }
people: { operator: { query: all } }
`;

test('flows of a log come in by the gateway, are queried, and what a MUD profile does not allow is an alert', async (t) => {
  await using weir = await startTestPlatform(TEMPLATE, { 'lamp.json': LAMP_MUD });
  const conn = path.join(await temporaryFolder(t), 'conn.log');
  const evil = ZEEK_LINE.replace('40.74.108.123\t443', '6.6.6.6\t4444');
  await writeFile(conn, [...ZEEK_HEADER, ZEEK_LINE, ZEEK_LINE.slice(0, 30), evil, ''].join('\n'));
  const words = ['flows', 'import', conn, '--stream', 'flows', '--host', '192.168.1.7=lamp-1', '--enrol', 'lamp'];
  const { stdout, stderr } = await run(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    MAIN,
    ...words,
    '--data',
    weir.layout.root,
  ]);
  assert.match(stdout, /^stored 2 of 2 flows of 1 devices$/m);
  assert.match(stdout, /^not taken unreadable 1$/m);
  assert.match(stderr, /conn\.log:9: it has/);
  const sql = 'select device, direction, destination_port, source_bytes from flows order by destination_port';
  const rows = await eventually(
    () => weir.query(sql),
    (found) => found.length === 2,
  );
  assert.deepEqual(
    rows.map(({ device, direction, destination_port: port }) => [device, direction, Number(port)]),
    [
      ['lamp-1', 'out', 443],
      ['lamp-1', 'out', 4444],
    ],
  );
  const alerts = async (): Promise<readonly AlertForm[]> =>
    (await weir.ask<{ alerts: AlertForm[] }>('GET', '/v1/alerts')).alerts;
  const [alert, ...others] = await eventually(alerts, (found) => found.length > 0);
  assert.deepEqual(others, []);
  assert.deepEqual([alert?.device, alert?.stream, alert?.detectors[0]?.name], ['lamp-1', 'flows', 'mud']);
  assert.equal(alert?.sentence, 'lamp-1 spoke to 6.6.6.6 over tcp on port 4444; its MUD profile has no rule for that');
});
