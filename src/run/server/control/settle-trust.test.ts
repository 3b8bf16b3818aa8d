import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { periodsOf, PrivacyLedger, rhoOfEpsilon } from '#flow/query/index.ts';
import { AuditLog, Witness, witnessHandler } from '#trust/audit/index.ts';
import { openIdentity } from '#trust/identity/index.ts';
import { keysOf, silentLog, testKey, testLogOptions, TEST_ORIGIN } from '../../../../test/support/open-audit-log.ts';
import { DECLARED, openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { historyOf, settleTrust } from './settle-trust.ts';
import type { WitnessPlace } from './settle-trust.ts';

/** A log in files, an identity that writes to it, and a witness; the log can be closed, copied and opened again. */
async function open(t: Cleanable) {
  const folder = await temporaryFolder(t);
  const directory = join(folder, 'audit');
  const { catalogue, keys } = await openKeys(t);
  const start = async () => {
    const audit = await AuditLog.open(testLogOptions(directory));
    const parts = { catalogue, keys, declared: DECLARED, clock: systemClock, random: systemRandom, log: silentLog };
    const identity = await openIdentity({ ...parts, audit });
    const ledger = await PrivacyLedger.open(catalogue, await keys.rowSealer('people'), audit);
    identity.continuity.hold(ledger);
    return { audit, identity, ledger };
  };
  const first = await start();
  const witness = await Witness.open({
    directory: join(folder, 'witness'),
    name: 'witness.example/w1',
    signers: [testKey('ed25519', 5)],
    logs: [{ origin: TEST_ORIGIN, keys: keysOf(first.audit) }],
    clock: systemClock,
  });
  const server = createServer(witnessHandler(witness, silentLog));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await witness[Symbol.asyncDispose]();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const place: WitnessPlace = { url, keys: witness.verifierKeys };
  return { catalogue, folder, directory, start, first, place };
}

const settle = (
  running: Awaited<ReturnType<Awaited<ReturnType<typeof open>>['start']>>,
  witness: WitnessPlace | null,
) => settleTrust(running.audit, running.identity, { witness, clock: systemClock, log: silentLog });

test('a log that was put back from an older copy is found out by its witness, and all certificates wait', async (t) => {
  const { folder, directory, start, first, place } = await open(t);
  const { inventory } = first.identity;
  await inventory.enrol({ name: 'a', type: 'reefer' }, 'test');
  assert.equal((await settle(first, place))?.outcome, 'cosigned');
  await first.audit[Symbol.asyncDispose]();
  await cp(directory, join(folder, 'copy'), { recursive: true });

  const second = await start();
  await second.identity.inventory.enrol({ name: 'b', type: 'reefer' }, 'test');
  for (let n = 0; n < 10; n++) {
    await second.identity.inventory.disable('b', 'test');
    await second.identity.inventory.enable('b', 'test');
  }
  assert.equal((await settle(second, place))?.outcome, 'cosigned');
  assert.deepEqual(await second.identity.continuity.gaps(), []);
  await second.audit[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
  await cp(join(folder, 'copy'), directory, { recursive: true });

  const third = await start();
  assert.equal((await settle(third, place))?.outcome, 'ahead');
  const gaps = await third.identity.continuity.gaps();
  assert.ok(gaps.some(({ knownBy, to, from }) => knownBy === 'witness' && to !== null && to > from));
  for (const name of ['a', 'b']) {
    assert.deepEqual(third.identity.inventory.find(name)?.serials, [], name);
    assert.equal(third.identity.inventory.find(name)?.suspended?.length, 1, name);
  }
  await third.identity.continuity.confirm({ kind: 'device', name: 'a' }, 'test');
  // Found once: the next start does not take back what was confirmed.
  assert.equal((await settle(third, place))?.outcome, 'ahead');
  assert.equal(third.identity.inventory.find('a')?.serials.length, 1);
  await third.audit[Symbol.asyncDispose]();
});

test('without a witness the catalogue knows of a log that is older than itself', async (t) => {
  const { folder, directory, start, first } = await open(t);
  await first.identity.inventory.enrol({ name: 'a', type: 'reefer' }, 'test');
  await first.audit[Symbol.asyncDispose]();
  await cp(directory, join(folder, 'copy'), { recursive: true });
  const second = await start();
  await second.identity.inventory.disable('a', 'test');
  assert.equal(await settle(second, null), null);
  await second.audit[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
  await cp(join(folder, 'copy'), directory, { recursive: true });
  const third = await start();
  await settle(third, null);
  assert.equal((await third.identity.continuity.gaps())[0]?.knownBy, 'catalogue');
  assert.equal(await third.identity.continuity.suspended(), 1);
  await third.audit[Symbol.asyncDispose]();
});

test('a privacy budget that was spent stays spent over an older catalogue, and over a log that lacks entries', async (t) => {
  const { catalogue, folder, directory, start, first } = await open(t);
  const rules = { epsilon: 2, delta: 1e-6, query: 0.1, rows: 1, renew: null, allot: {} };
  const periods = periodsOf(rules, { from: null, to: null }, 0, 0);
  const spend = ({ ledger }: typeof first, rho: number) =>
    ledger.spend({ stream: 's', rules, roles: [], periods, rho, actor: 'test', view: 'v', now: systemClock.now() });
  await settle(first, null);
  const all = rhoOfEpsilon(rules.epsilon, rules.delta);
  await spend(first, all - 1);
  await first.audit[Symbol.asyncDispose]();
  await cp(directory, join(folder, 'copy'), { recursive: true });
  const forget = async (): Promise<void> => {
    for (const table of ['privacy_account', 'privacy_mark']) await catalogue.run(`DELETE FROM ${table}`);
  };
  await forget();
  const second = await start();
  await settle(second, null);
  await assert.rejects(spend(second, 2), { code: 'QUERY_BUDGET_SPENT', message: /left/ });
  await spend(second, 1);
  await settle(second, null);
  await second.audit[Symbol.asyncDispose]();

  await forget();
  await rm(directory, { recursive: true });
  await cp(join(folder, 'copy'), directory, { recursive: true });
  const third = await start();
  await settle(third, null);
  await assert.rejects(spend(third, 1), { code: 'QUERY_BUDGET_SPENT', message: /log lacks entries/ });
  assert.equal((await third.ledger.state('s', rules, 0)).periods[0]?.left, 0);
  await third.audit[Symbol.asyncDispose]();
});

test('a witness that does not answer stops nobody, and says so', async (t) => {
  const { first, place } = await open(t);
  const nobody = { ...place, url: 'http://127.0.0.1:9' };
  assert.equal((await settle(first, nobody))?.outcome, 'unreachable');
  assert.deepEqual(await first.identity.continuity.gaps(), []);
  await first.audit[Symbol.asyncDispose]();
});

test('historyOf() gives entries from an index on', async (t) => {
  const { first } = await open(t);
  await first.audit.flush();
  const history = historyOf(first.audit);
  const indexes: number[] = [];
  for await (const { index } of history.entries(1)) indexes.push(index);
  assert.equal(indexes[0], 1);
  assert.equal(indexes.length, history.size() - 1);
  await first.audit[Symbol.asyncDispose]();
});
