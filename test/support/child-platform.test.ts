import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { test } from 'node:test';
import { ChildPlatform, descendants } from './child-platform.ts';

const TEMPLATE = 'devices: { truck: {} }\nstreams: { climate: { from: truck, fields: { n: { type: integer } } } }';

test('ChildPlatform starts a platform that can be killed, started again and stopped', async () => {
  const weir = await ChildPlatform.start(TEMPLATE);
  const { ports } = weir.address;
  const [gateway = -1] = await weir.children('gateway/process.ts');
  assert.ok((await descendants(process.pid)).includes(gateway));
  await weir.kill();
  assert.ok(!(await descendants(process.pid)).includes(gateway));
  await weir.start();
  assert.deepEqual(weir.address.ports, ports);
  assert.equal((await weir.status()).template.name, 'test');
  await weir[Symbol.asyncDispose]();
  await assert.rejects(access(weir.folder), { code: 'ENOENT' });
});

test('ChildPlatform.start() throws with the code of a platform that does not start', async () => {
  await assert.rejects(ChildPlatform.start('devces: {}'), { code: 'SERVER_TEMPLATE_INVALID' });
});
