import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { days, hours } from '#base/core/index.ts';
import { REASON } from '#flow/ingest/index.ts';
import { FileJournalWriter, nodeFiles } from '#flow/journal/index.ts';
import type { QuarantinedReading } from '#flow/journal/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { shownAsStored } from '../tokens/testing.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { QuarantineShelf } from './quarantine-shelf.ts';

const template = makeTemplate(`
devices: { d: {} }
streams:
  s: { from: d, fields: { n: { type: number, range: [0, 5] } } }
  c: { from: d, basis: consent, subject: who, purposes: [p], fields: { who: { type: text, class: personal } } }
limits: { quarantine-age: 7d }
`);

type Shown = { id: string; device: string; reason: string; received: string; payload?: string };

/** A shelf over a real folder; each call of `keep` is a process start of a gateway that writes one file. */
async function open(t: Cleanable) {
  const clock = frozenClock();
  const { keys } = await openKeys(t, clock);
  const directory = await temporaryFolder(t);
  const agreed = new Set(['ada', 'bob']);
  const consents = { covers: (stream: string, subject: string) => stream === 'c' && agreed.has(subject) };
  const shown = await shownAsStored(() => template);
  const shelf = new QuarantineShelf({ directory, keys, clock, template: () => template, consents, shown });
  let starts = 0;
  const keep = async (readings: readonly Partial<QuarantinedReading>[]): Promise<void> => {
    const stock = [...(await keys.newFileKeys('weir:gateway', 'quarantine', 4))];
    const writer = await FileJournalWriter.open({
      directory: join(directory, 'w0'),
      kind: 'quarantine',
      worker: 0,
      start: `s${++starts}`,
      keys: { next: () => stock.shift() ?? assert.fail('the stock is used up') },
      clock,
      files: nodeFiles,
      maxBytes: 1_000_000,
      maxAgeMs: 86_400_000,
    });
    const whole = readings.map((reading) => ({
      device: 'a',
      stream: 's',
      via: null,
      reason: REASON.range.number,
      received: clock.now(),
      place: 'n',
      length: 9,
      payload: Buffer.from('{"n":1}'),
      ...reading,
    }));
    await writer.append([{ kind: 'quarantined', readings: whole }]);
    await writer.close();
  };
  const list = async (filter: { device?: string; stream?: string; limit?: number } = {}): Promise<Shown[]> =>
    (await shelf.list({ limit: 50, ...filter })) as Shown[];
  return { shelf, keep, list, clock, directory, keys, agreed };
}

test('QuarantineShelf.list() gives the newest first, filtered, and no payload', async (t) => {
  const { keep, list, clock } = await open(t);
  await keep([{ device: 'a' }, { device: 'b' }]);
  clock.advance(hours(1));
  await keep([{ device: 'c', reason: REASON.decode.number, place: 'byte \u001b[2J' }]);
  const all = await list();
  assert.deepEqual(
    all.map(({ device, reason }) => [device, reason]),
    [
      ['c', 'decode'],
      ['b', 'range'],
      ['a', 'range'],
    ],
  );
  assert.equal(all[0]?.received, '2026-01-01T01:00:00Z');
  assert.ok(all.every((reading) => !('payload' in reading) && !reading.id.includes('/')));
  assert.equal((all[0] as { place?: string }).place, 'byte \\u001b[2J');
  assert.deepEqual(
    all.map((reading) => (reading as { expected?: string | null }).expected),
    [null, 'from 0 to 5', 'from 0 to 5'],
  );
  assert.deepEqual(
    (await list({ limit: 2 })).map(({ device }) => device),
    ['c', 'b'],
  );
  assert.deepEqual(
    (await list({ device: 'a' })).map(({ device }) => device),
    ['a'],
  );
  assert.deepEqual(await list({ stream: 'other' }), []);
});

test('QuarantineShelf.list() keeps to its limit over many readings', async (t) => {
  const { keep, list } = await open(t);
  await keep(Array.from({ length: 25 }, (_, i) => ({ device: `d${i}` })));
  assert.deepEqual(
    (await list({ limit: 4 })).map(({ device }) => device),
    ['d24', 'd23', 'd22', 'd21'],
  );
});

test('QuarantineShelf.show() gives the payload, safe on a terminal', async (t) => {
  const { shelf, keep, list } = await open(t);
  await keep([{ payload: Buffer.from('{"n":"\u001b[2J"}') }]);
  const [listed] = await list();
  const shown = (await shelf.show(listed?.id ?? '')) as Shown;
  assert.equal(shown.payload, '{"n":"\\u001b[2J"}');
  for (const id of ['', 'a.1.0', `${listed?.id}0`])
    await assert.rejects(shelf.show(id), { code: 'API_READING_UNKNOWN' });
});

test('QuarantineShelf shows nothing whose time is over, and expire() removes it with its key', async (t) => {
  const { shelf, keep, list, clock, directory, keys } = await open(t);
  await keep([{ device: 'old' }]);
  const files = async (): Promise<string[]> =>
    (await readdir(join(directory, 'w0'))).filter((name) => name.endsWith('.journal')).sort();
  const [first = ''] = await files();
  clock.advance(days(6));
  await keep([{ device: 'new' }]);
  await shelf.expire();
  assert.deepEqual(
    (await list()).map(({ device }) => device),
    ['new', 'old'],
  );
  clock.advance(days(1));
  clock.advance(hours(1));
  assert.deepEqual(
    (await list()).map(({ device }) => device),
    ['new'],
  );
  await shelf.expire();
  assert.ok(!(await files()).includes(first));
  const fileId = first.replace('.journal', '');
  assert.equal(await keys.openFileKey({ actor: 'test', resource: `quarantine:${fileId}` }, fileId), null);
  assert.deepEqual(
    (await list()).map(({ device }) => device),
    ['new'],
  );
});

test('what is there by consent is shown while the person agrees', async (t) => {
  const { shelf, keep, list, agreed } = await open(t);
  const of = (payload: string) => ({ stream: 'c', payload: Buffer.from(payload) });
  await keep([of('{"who":"ada"}'), of('{"who":"bob"}'), of('{"who":7}'), of('{}'), of('')]);
  const [nobody, bob] = await list();
  assert.equal((await list()).length, 3, 'two who agree, and one that says nothing of anybody');
  agreed.delete('bob');
  assert.equal((await list()).length, 2);
  await assert.rejects(shelf.show(bob?.id ?? ''), { code: 'API_READING_UNKNOWN' });
  assert.equal(((await shelf.show(nobody?.id ?? '')) as Shown).payload, '');
});
