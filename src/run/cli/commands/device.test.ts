import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addDeviceCommand } from './device.ts';

const ROW = {
  name: 'pump-1',
  type: 'pump',
  status: 'enabled',
  created: 'x',
  lastSeen: null,
  certificateExpires: null,
  speaksFor: ['valve'],
};

const ADVICE = {
  premises: { class: 'c1', power: 'battery', link: 'ip', data: 'health', lifetime: null, cannot: [] },
  parts: [{ part: 'channel', rule: 'channel-tls-1.3', choice: 'TLS 1.3', source: 'RFC 8446' }],
  cautions: [],
};

test('weir device enrol writes the credential and prints how the device publishes', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/devices': { device: ROW, key: 'KEY', certificate: 'CERT', authority: 'CA', advice: ADVICE },
    'GET /v1/streams': {
      streams: [
        { name: '_probe', from: ['pump'], example: {} },
        { name: 'water', from: ['pump'], example: { level: 1 } },
      ],
    },
    'GET /v1/views': { views: [{ name: 'water', purposes: ['care', 'wear'] }] },
  });
  const folder = join(await temporaryFolder(t), 'out');
  const { out, err } = await platform.run(
    addDeviceCommand,
    'device',
    'enrol',
    'pump-1',
    '--type',
    'pump',
    '--out',
    folder,
  );
  assert.match(out, /^pump-1 is enrolled as pump; its key and certificates are in /);
  assert.match(err, /next: .*query --purpose care "select \* from water where device = 'pump-1'"/);
  assert.match(out, /mosquitto_pub .* -t streams\/water -m '\{"level":1\}'/);
  assert.equal(await readFile(join(folder, 'device.key'), 'utf8'), 'KEY');
  assert.equal((await stat(join(folder, 'device.key'))).mode & 0o777, 0o600);
  assert.equal(await readFile(join(folder, 'ca.crt'), 'utf8'), 'CA');
  assert.ok(out.includes(`what it should be encrypted with, and why: ${join(folder, 'advice.json')}\n`));
  assert.deepEqual(JSON.parse(await readFile(join(folder, 'advice.json'), 'utf8')), ADVICE);
  const enrolled = platform.heard.find(({ route }) => route === 'POST /v1/devices')?.body ?? '';
  assert.deepEqual(JSON.parse(enrolled), { name: 'pump-1', type: 'pump' });
  await platform.run(
    addDeviceCommand,
    'device',
    'enrol',
    'pump-2',
    '--type',
    'pump',
    '--key',
    'advised',
    '--out',
    folder,
    '--yes',
  );
  const asked = platform.heard.findLast(({ body }) => body.includes('pump-2'))?.body ?? '';
  assert.deepEqual(JSON.parse(asked), { name: 'pump-2', type: 'pump', key: 'advised' });
  await assert.rejects(platform.run(addDeviceCommand, 'device', 'enrol', 'a', '--type', 'b', '--days', '0'), {
    code: 'CLI_USAGE',
  });
});

test('weir device lists, shows and changes devices', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/devices': { devices: [ROW] },
    'GET /v1/devices/pump-1': ROW,
    'POST /v1/devices/pump-1/disable': { ...ROW, status: 'disabled' },
    'POST /v1/devices/pump-1/speaks-for': { ...ROW, speaksFor: [] },
  });
  assert.match((await platform.run(addDeviceCommand, 'device', 'list')).out, /^pump-1 +pump +enabled +valve$/m);
  assert.match((await platform.run(addDeviceCommand, 'device', 'show', 'pump-1')).out, /^type +pump$/m);
  assert.equal((await platform.run(addDeviceCommand, 'device', 'disable', 'pump-1')).out, 'pump-1 is disabled\n');
  const silent = await platform.run(addDeviceCommand, 'device', 'speaks-for', 'pump-1', '-');
  assert.equal(silent.out, 'pump-1 speaks for nobody\n');
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), { types: [] });
});
