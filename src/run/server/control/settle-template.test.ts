import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { settleTemplate } from './settle-template.ts';
import { TemplateVersions } from './template-versions.ts';

const yaml = (rate: string): string =>
  `devices: {d: {}}\nstreams: {climate: {from: d, rate: ${rate}, fields: {t: {type: number}}}}`;
const [OLD, NEW] = [makeTemplate(yaml('1/s')), makeTemplate(yaml('2/s'))];
const SOURCE = { path: 'weir.yaml', text: '', files: {} };

test('settleTemplate() begins with what is given, and lets no older template in than the log says', async (t) => {
  const { catalogue, keys, audit } = await openKeys(t);
  const versions = await TemplateVersions.open(catalogue, await keys.rowSealer('people'), frozenClock());
  const settle = (template: typeof OLD | null, last: string | null, acceptOlder = false): Promise<typeof OLD> =>
    settleTemplate(versions, audit, {
      given: template === null ? null : { template, source: SOURCE },
      last,
      acceptOlder,
    });
  await assert.rejects(settle(null, null), { code: 'SERVER_TEMPLATE_INVALID' });
  assert.equal((await settle(OLD, null)).digest, OLD.digest);
  // Nobody has to hand in again what is in force.
  assert.equal((await settle(null, OLD.digest)).digest, OLD.digest);
  await assert.rejects(settle(null, NEW.digest), { code: 'SERVER_TEMPLATE_OLDER' });
  assert.equal(versions.current?.digest, OLD.digest);
  assert.equal(audit.events.at(-1)?.action, 'apply-template');
  // What the catalogue knows is not newer than what it has in force.
  await settle(NEW, OLD.digest);
  assert.equal(versions.current?.digest, OLD.digest);
  await assert.rejects(settle(OLD, NEW.digest), { code: 'SERVER_TEMPLATE_OLDER' });
  const before = audit.events.length;
  await settle(OLD, NEW.digest, true);
  assert.deepEqual([audit.events[before]?.digest, versions.current?.digest], [OLD.digest, OLD.digest]);
  await settle(NEW, NEW.digest);
  assert.equal(versions.current?.digest, NEW.digest);
});
