import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { PlatformError } from '#base/core/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { OwnPorts } from '../../../test/support/own-ports.ts';
import { CliError } from './errors.ts';
import { freePorts, startOnFreePorts } from './free-ports.ts';

test('freePorts() takes any port in place of one that is taken', async (t) => {
  await using own = await OwnPorts.claim(1);
  const [port = 0] = own.ports;
  const server = createServer().listen(port, '127.0.0.1');
  t.after(() => void server.close());
  await once(server, 'listening');
  const template = makeTemplate(`listen: { mqtt: ${port}, https: 0, api: 0 }\n`);
  assert.deepEqual(await freePorts(template), { mqtt: 0, https: 0, api: 0 });
  server.close();
  await once(server, 'close');
  assert.equal((await freePorts(template)).mqtt, port);
});

test('startOnFreePorts() takes other ports where another program is quicker, and says so once', async () => {
  await using own = await OwnPorts.claim(3);
  const [mqtt = 0, https = 0, api = 0] = own.ports;
  const template = makeTemplate(`listen: { mqtt: ${mqtt}, https: ${https}, api: ${api} }\n`);
  for (const code of ['SERVER_PORT_IN_USE', 'GATEWAY_LISTEN_FAILED']) {
    const tried: number[] = [];
    let told = 0;
    const start = async (ports: { readonly mqtt: number }): Promise<string> => {
      tried.push(ports.mqtt);
      if (ports.mqtt === mqtt) throw new PlatformError(code, 'Cannot listen: another program does');
      return 'started';
    };
    assert.equal(await startOnFreePorts(template, start, () => told++), 'started');
    assert.deepEqual([tried, told], [[mqtt, 0], 1], code);
  }
  let told = 0;
  assert.equal(
    await startOnFreePorts(
      template,
      async (ports) => ports.mqtt,
      () => told++,
    ),
    mqtt,
  );
  const refused = startOnFreePorts(
    template,
    () => Promise.reject(new CliError('CLI_USAGE', 'Cannot run a demo')),
    () => told++,
  );
  await assert.rejects(refused, { code: 'CLI_USAGE' });
  assert.equal(told, 0);
});

test('startOnFreePorts() leaves every port to who has one of them', async () => {
  await using own = await OwnPorts.claim(3);
  const [mqtt = 0, https = 0, api = 0] = own.ports;
  const server = createServer().listen(mqtt, '127.0.0.1');
  await once(server, 'listening');
  const template = makeTemplate(`listen: { mqtt: ${mqtt}, https: ${https}, api: ${api} }\n`);
  let told = 0;
  const ports = await startOnFreePorts(
    template,
    async (chosen) => chosen,
    () => told++,
  );
  server.close();
  assert.deepEqual([ports, told], [{ mqtt: 0, https: 0, api: 0 }, 1]);
});
