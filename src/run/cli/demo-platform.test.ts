import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { layoutOf } from '#run/server/index.ts';
import { createFileCustody } from '#trust/keys/index.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { startDemoPlatform } from './demo-platform.ts';
import { DEMO_TEMPLATE, readTemplate } from './template-source.ts';

const ports = { mqtt: 0, https: 0, api: 0 };

test('startDemoPlatform() runs a platform in a process of its own and drains it', async (t) => {
  const data = join(await temporaryFolder(t), 'weir-demo');
  const { source } = readTemplate(DEMO_TEMPLATE);
  const platform = await startDemoPlatform({ data, source, ports });
  assert.notEqual(platform.address.pid, process.pid);
  assert.deepEqual([platform.template.name, platform.proposal, platform.address.demo], ['demo', false, true]);
  assert.equal((await platform.status()).template.digest, platform.template.digest);
  await platform[Symbol.asyncDispose]();
  assert.throws(() => process.kill(platform.address.pid, 0), { code: 'ESRCH' });
});

test('startDemoPlatform() tells why a platform does not start, with its own code', async (t) => {
  const data = await temporaryFolder(t);
  const passphrase = 'seven grey herons stand in the weir';
  await using _custody = await createFileCustody(
    layoutOf(data).keys,
    { passphrase },
    { clock: systemClock, random: systemRandom },
  );
  const { source } = readTemplate(DEMO_TEMPLATE);
  await assert.rejects(startDemoPlatform({ data, source, ports }), { code: 'CLI_USAGE', hint: /weir -- up/ });
});
