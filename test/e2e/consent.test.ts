import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import mqtt from 'mqtt';
import { searchFolders } from '#run/server/prove/search-files.ts';
import { openReceipt } from '#trust/consent/index.ts';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestDevice, TestPlatform } from '../support/running-platform.ts';
import { copyCatalogue } from './copy-catalogue.ts';
import { postReadings } from './post-readings.ts';

const TEMPLATE = `
devices: { band: {} }
streams:
  pulse:
    from: band
    purposes: [care, research]
    basis: consent
    subject: wearer
    unenforced: accept
    rate: {sustained: 10000/s, burst: 10000}
    fields:
      wearer: { type: text, class: identifier, nullable: true }
      rate: { type: integer, range: [0, 300] }
      note: { type: text, class: personal, nullable: true }
      mood: { type: text, purposes: [marketing], nullable: true }
views:
  resting: { from: pulse, sql: "SELECT wearer, rate FROM pulse WHERE rate < 100", purposes: [care, research] }
people:
  operator: { query: all, purposes: [care, research], sees: [operational, personal, identifier] }
  nurse: { query: [resting], purposes: [care], sees: [operational, personal, identifier] }
`;

interface Given {
  readonly consent: { readonly id: string; readonly state: string; readonly subject: string };
  readonly new: boolean;
  readonly receipt: string;
}

test('readings are there by consent, and no longer', async (t) => {
  await using weir = await startTestPlatform(TEMPLATE, {}, { gatewayWorkers: 2 });
  const band = await weir.enrol('band-1', 'band');
  const nurse = await weir.addUser('nurse-1', ['nurse']);
  const give = (subject: string, more: object = {}) =>
    weir.ask<Given>('POST', '/v1/consents', { body: { stream: 'pulse', subject, ...more } });
  const seen = async (purpose = 'care', from = 'pulse'): Promise<readonly number[]> => {
    const rows = await weir.query<{ rate: number }>(`SELECT rate FROM ${from} ORDER BY rate`, { purpose });
    return rows.map(({ rate }) => rate);
  };
  // What was taken in shows a moment later; what was withdrawn goes at once.
  const arrived = (rows: number): Promise<readonly number[]> => eventually(seen, (rates) => rates.length >= rows);
  const send = async (wearer: string | null, rate: number, note = 'n'): Promise<string> => {
    const { outcomes } = await postReadings(weir, band, 'pulse', [{ wearer, rate, note }]);
    return /"outcome":\s*"([^"]+)"/.exec(outcomes)?.[1] ?? outcomes;
  };

  await t.test('what nobody agreed to is refused, and leaves nothing but a count', async () => {
    const canary = `canary-${randomBytes(12).toString('hex')}`;
    assert.equal(await send('ada', 61, canary), 'consent');
    assert.equal(await send('ada', 900, canary), 'consent', 'whatever else is wrong with it');
    assert.equal(await send(null, 62), 'consent', 'who it is about is not known');
    const { consent, new: isNew, receipt } = await give('ada', { method: 'form' });
    assert.ok(isNew);
    assert.match(consent.subject, /^t1-/);
    const { keys } = await weir.ask<{ keys: string[] }>('GET', '/v1/consents/keys');
    assert.equal((openReceipt(receipt, keys) as Record<string, unknown>)['@type'], 'dpv:ConsentReceipt');
    assert.equal(await send('ada', 63), 'admitted');
    assert.deepEqual(await arrived(1), [63]);
    assert.equal((await give('ada', { method: 'form' })).new, false, 'again is no second one');
    assert.deepEqual(await findInFiles(weir, canary), []);
  });

  await t.test('a withdrawal counts at once, on every worker, for what comes and for what is there', async () => {
    await give('bob');
    const clients = await Promise.all([0, 1, 2, 3].map((n) => connect(weir, band, `c${n}`)));
    const published = (rate: number) => clients.map((client) => publish(client, { wearer: 'bob', rate }));
    assert.deepEqual(await Promise.all(published(70)), [0, 0, 0, 0]);
    assert.deepEqual(await arrived(5), [63, 70, 70, 70, 70]);
    const began = performance.now();
    const withdrawn = await weir.ask<{ consents: { state: string }[] }>('POST', '/v1/consents/withdraw', {
      body: { stream: 'pulse', subject: 'bob', purposes: ['care'] },
    });
    assert.deepEqual(
      withdrawn.consents.map(({ state }) => state),
      ['given'],
      'research stands',
    );
    assert.deepEqual(await seen(), [63]);
    assert.deepEqual(await seen('care', 'resting'), [63], 'in views too');
    const asNurse = await weir.query('SELECT rate FROM resting', { purpose: 'care', token: nurse });
    assert.deepEqual(asNurse, [{ rate: 63 }], 'and for who may ask the view alone');
    assert.deepEqual(await seen('research'), [63, 70, 70, 70, 70]);
    assert.deepEqual(await Promise.all(published(71)), [0, 0, 0, 0], 'one purpose is enough to be taken');
    await weir.ask('POST', '/v1/consents/withdraw', { body: { stream: 'pulse', subject: 'bob' } });
    const refused = await Promise.all(published(72));
    t.diagnostic(`withdrawn and refused within ${Math.round(performance.now() - began)} ms`);
    assert.deepEqual(refused, [0x87, 0x87, 0x87, 0x87]);
    assert.deepEqual(await seen('research'), [63]);
    for (const client of clients) await client.endAsync();
    const { subjects } = await weir.ask<{ subjects: string[] }>(
      'GET',
      '/v1/consents/excluded?stream=pulse&purpose=research',
    );
    assert.equal(subjects.length, 1);
  });

  await t.test('what is for no purpose in use is left out, counted, and found nowhere', async () => {
    const canary = `canary-${randomBytes(12).toString('hex')}`;
    const more = { mood: canary, [`more-${canary}`]: canary };
    await postReadings(weir, band, 'pulse', [{ wearer: 'ada', rate: 60, ...more }]);
    await postReadings(weir, band, 'pulse', [{ wearer: 'ada', rate: 999, ...more }]);
    assert.deepEqual(await arrived(2), [60, 63]);
    assert.deepEqual(await findInFiles(weir, canary), []);
    const { streams } = await eventually(
      () => weir.ask<{ streams: { leftOut: Record<string, number> }[] }>('GET', '/v1/collection'),
      (answer) => (answer.streams[0]?.leftOut['withheld'] ?? 0) > 0,
    );
    assert.deepEqual([streams[0]?.leftOut['withheld'], streams[0]?.leftOut['undeclared']], [1, 1]);
    assert.ok((streams[0]?.leftOut['bytes'] ?? 0) > 3 * canary.length);
    const [row] = await weir.query("SELECT sum(count)::INTEGER AS n FROM _left_out WHERE what = 'withheld'");
    assert.deepEqual(row, { n: 1 });
  });

  await t.test('the controls try it, and pass', async () => {
    const { controls } = await weir.ask<{ controls: { id: string; outcome: string; evidence: unknown }[] }>(
      'POST',
      '/v1/prove',
      { body: { rows: [], ids: ['consent-is-asked', 'less-is-stored'] } },
    );
    for (const { id, outcome, evidence } of controls)
      assert.equal(outcome, 'pass', `${id} ${JSON.stringify(evidence)}`);
    assert.equal(controls.length, 2);
  });

  await t.test('a new consent brings nothing back of before', async () => {
    await give('bob');
    assert.equal(await send('bob', 75), 'admitted');
    assert.deepEqual(await arrived(3), [60, 63, 75]);
  });

  await t.test('an older catalogue brings no consent back', async () => {
    const { consent } = await give('eve');
    assert.equal(await send('eve', 80), 'admitted');
    assert.deepEqual(await arrived(4), [60, 63, 75, 80]);
    const old = join(weir.folder, 'old');
    await copyCatalogue(weir.layout.root, old);
    await weir.ask('POST', `/v1/consents/${consent.id}/withdraw`, { body: {} });
    await weir.platform[Symbol.asyncDispose]();
    await copyCatalogue(old, weir.layout.root);
    await weir.restart();
    const { consents } = await weir.ask<{ consents: { id: string; state: string }[] }>('POST', '/v1/consents/find', {
      body: { stream: 'pulse', subject: 'eve' },
    });
    assert.deepEqual(
      consents.map(({ state }) => state),
      ['withdrawn'],
    );
    assert.deepEqual(await seen(), [60, 63, 75]);
    assert.equal(await send('eve', 81), 'consent');
  });
});

async function findInFiles(weir: TestPlatform, word: string): Promise<readonly string[]> {
  const options = { forms: [Buffer.from(word)], madeMs: 0, signal: new AbortController().signal };
  return (await searchFolders([weir.layout.root], options)).hits;
}

async function connect(weir: TestPlatform, { key, certificate, authority }: TestDevice, clientId: string) {
  return mqtt.connectAsync({
    protocol: 'mqtts',
    host: 'localhost',
    port: weir.platform.address.ports.mqtt,
    key,
    cert: certificate,
    ca: authority,
    clientId,
    protocolVersion: 5,
  });
}

/** The reason code with which a reading was acknowledged. */
function publish(client: mqtt.MqttClient, reading: object): Promise<number> {
  return new Promise((resolve, reject) => {
    client.publish('streams/pulse', JSON.stringify(reading), { qos: 1 }, (error, packet) => {
      const code = (error as { code?: unknown } | null)?.code ?? (packet as { reasonCode?: number }).reasonCode ?? 0;
      if (typeof code === 'number') resolve(code);
      else reject(error ?? new Error('no acknowledgement'));
    });
  });
}
