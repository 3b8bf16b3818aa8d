import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { PORT_OPTIONS, readPorts } from './port-options.ts';
import type { PortOptions } from './port-options.ts';

function read(...words: readonly string[]) {
  const command = new Command().exitOverride();
  for (const option of PORT_OPTIONS) command.addOption(option);
  return readPorts(command.parse([...words], { from: 'user' }).opts<PortOptions>());
}

test('readPorts() has the ports that were named and no others', () => {
  assert.deepEqual(read(), {});
  assert.deepEqual(read('--mqtt-port', '0', '--status-port', '8081'), { mqtt: 0, status: 8_081 });
  assert.deepEqual(read('--https-port', '8444', '--api-port', '7444'), { https: 8_444, api: 7_444 });
});

test('readPorts() names the option of what is no port', () => {
  for (const word of ['65536', '-1', 'any', '1.5', '']) {
    assert.throws(() => read('--api-port', word), { code: 'CLI_USAGE', message: /--api-port/ }, word);
  }
});
