import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SigningKey, noteSigner } from '#base/crypto/index.ts';
import { addWitnessCommand, groupLogs } from './witness.ts';
import { runCommand } from '../testing.ts';

test('groupLogs() makes one log of the keys of one name', () => {
  const key = (name: string, byte: number): string =>
    noteSigner(name, SigningKey.fromSeed('ed25519', new Uint8Array(32).fill(byte))).verifierKey;
  const logs = groupLogs([key('weir/a', 1), key('weir/b', 2), key('weir/a', 3)]);
  assert.deepEqual(
    logs.map(({ origin, keys }) => [origin, keys.length]),
    [
      ['weir/a', 2],
      ['weir/b', 1],
    ],
  );
});

test('weir witness wants a folder, a log and a port', async () => {
  await assert.rejects(runCommand(addWitnessCommand, 'witness', '--log', 'k'), {
    code: 'commander.missingMandatoryOptionValue',
  });
  await assert.rejects(runCommand(addWitnessCommand, 'witness', '--directory', 'w'), {
    code: 'commander.missingMandatoryOptionValue',
  });
});
