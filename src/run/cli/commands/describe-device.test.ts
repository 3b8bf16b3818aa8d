import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addDeviceCommand } from './device.ts';

test('weir device set and posture send what was said and nothing else', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/devices/pump-1/description': {},
    'POST /v1/devices/pump-1/posture': {},
  });
  const run = (...words: string[]) => platform.run(addDeviceCommand, 'device', ...words);
  const set = await run(
    'set',
    'pump-1',
    '--owner',
    'plant',
    '--cannot',
    'update',
    'clock',
    '--support-ends',
    '2031-06-30',
  );
  assert.equal(set.out, 'pump-1: owner, supportEnds, cannot set\n');
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), {
    owner: 'plant',
    supportEnds: '2031-06-30',
    cannot: ['update', 'clock'],
  });
  await run('set', 'pump-1', '--cannot', 'none');
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), { cannot: [] });
  assert.equal((await run('posture', 'pump-1', 'bad', '--detail', 'no secure boot')).out, 'pump-1: posture bad\n');
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), { state: 'bad', detail: 'no secure boot' });
  await assert.rejects(run('set', 'pump-1'), { code: 'CLI_USAGE' });
  await assert.rejects(run('posture', 'pump-1', 'odd'), { code: 'CLI_USAGE' });
});
