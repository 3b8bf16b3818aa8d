import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { makeRowSealer, openSqliteCatalogue } from '#base/storage/index.ts';
import { CommandBox } from './command-box.ts';
import type { DeviceCommand } from './command-box.ts';

async function openBox() {
  const delivered: DeviceCommand[] = [];
  const errors: string[] = [];
  const catalogue = await openSqliteCatalogue(':memory:');
  const box = await CommandBox.open({
    catalogue,
    sealer: makeRowSealer(new Map([[1, AeadKey.fromBytes(systemRandom.bytes(32))]]), 1, systemRandom),
    clock: systemClock,
    random: systemRandom,
    deliver: (command) => delivered.push(command),
    isDevice: (name) => name === 'truck-1',
    log: { error: (_, message) => errors.push(message) },
  });
  return { box, delivered, catalogue, errors };
}

test('CommandBox.send() keeps a command until the device has taken it', async () => {
  const { box, delivered } = await openBox();
  const { id } = await box.send({ device: 'truck-1', name: 'fan/speed', payload: '3', retain: false });
  assert.deepEqual(
    delivered.map(({ name, payload }) => [name, payload]),
    [['fan/speed', '3']],
  );
  assert.equal((await box.waiting()).length, 1);
  await box.taken(id);
  assert.deepEqual(await box.waiting(), []);
});

test('CommandBox.waiting() passes over a command that was changed, and names it', async () => {
  const { box, catalogue, errors } = await openBox();
  const { id } = await box.send({ device: 'truck-1', name: 'a', payload: '1', retain: false });
  await box.send({ device: 'truck-1', name: 'b', payload: '2', retain: false });
  await catalogue.run('UPDATE commands_open SET created = created + 1 WHERE id = ?', [id]);
  assert.deepEqual(
    (await box.waiting()).map(({ name }) => name),
    ['b'],
  );
  assert.equal(errors.length, 1);
  assert.match(errors[0] ?? '', new RegExp(id));
});

test('CommandBox.send() replaces configuration of the same name, and an empty one takes it away', async () => {
  const { box } = await openBox();
  const send = (payload: string) => box.send({ device: 'truck-1', name: 'interval', payload, retain: true });
  await send('10');
  const { id } = await send('20');
  await box.taken(id);
  assert.deepEqual(
    (await box.waiting()).map(({ payload }) => payload),
    ['20'],
  );
  await send('');
  assert.deepEqual(await box.waiting(), []);
});

test('CommandBox.send() refuses unknown devices and names that leave the topic', async () => {
  const { box } = await openBox();
  const command = { device: 'truck-1', name: 'x', payload: '', retain: false };
  await assert.rejects(box.send({ ...command, device: 'truck-2' }), { code: 'API_COMMAND_INVALID' });
  for (const name of ['', '#', '+', '../x', 'a//b', '/a'])
    await assert.rejects(box.send({ ...command, name }), { code: 'API_COMMAND_INVALID' });
});
