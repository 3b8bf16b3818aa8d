import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addSendCommand } from './send-command.ts';

test('weir command send hands a command on and says what became of it', async (t) => {
  const platform = await standIn(t, { 'POST /v1/commands': { id: 'c1', state: 'sent' } });
  assert.equal(
    (await platform.run(addSendCommand, 'command', 'send', 'pump-1', 'rate', '5', '--retain')).out,
    'command c1 is sent\n',
  );
  await platform.run(addSendCommand, 'command', 'send', 'pump-1', 'stop');
  assert.deepEqual(
    platform.heard.map(({ body }) => JSON.parse(body) as unknown),
    [
      { device: 'pump-1', name: 'rate', payload: '5', retain: true },
      { device: 'pump-1', name: 'stop', payload: '', retain: false },
    ],
  );
});
