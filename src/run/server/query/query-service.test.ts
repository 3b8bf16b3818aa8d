import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { concatBytes, decodeUtf8, systemClock } from '#base/core/index.ts';
import type { Batch } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { DecisionPoint } from '#declare/policy/index.ts';
import { PrivacyLedger } from '#flow/query/index.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { shownAsStored } from '../tokens/testing.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import type { RecordedAudit } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Caller } from '../api/caller.ts';
import type { QueryRequest } from '../api/services.ts';
import { SegmentHost } from '../control/segment-host.ts';
import { layoutOf, makeDirectories } from '../data-directory.ts';
import type { ReceiptDraft } from '../receipts/receipt-desk.ts';
import { memoryRows } from './memory-rows.ts';
import { QueryService } from './query-service.ts';
import { StatementBook } from './statement-book.ts';
import { SYSTEM_RELATIONS } from './system-relations.ts';

const YAML = `
devices: { d: {} }
streams: { climate: { from: d, purposes: [quality, maintenance], fields: { temperature: { type: number } } } }
views: { warm: { from: climate, sql: warm.sql, purposes: [quality] } }
people:
  scientist: { query: [climate, warm, _devices], purposes: [quality] }
`;
const TEMPLATE = makeTemplate(YAML, { 'warm.sql': 'select device, temperature from climate where temperature > 20' });

/** Two readings that no segment has yet. */
const TAIL: Batch = {
  stream: 'climate',
  template: TEMPLATE.digest,
  rows: 2,
  columns: [
    { name: 'device', data: { type: 'text', codes: Uint32Array.of(0, 1), dictionary: ['a', 'b'], nulls: null } },
    { name: 'temperature', data: { type: 'number', values: Float64Array.of(10, 30), nulls: null } },
  ],
};

const caller = (id: string, ...roles: string[]): Caller => ({
  subject: { id, kind: 'person', roles, standing: 'good', deviceType: null },
  actor: `person:${id}`,
  peer: { kind: 'none', name: null, serial: null, address: '', listener: 'api' },
});
const ADA = caller('ada', 'scientist');

const ask = (sql: string, more: Partial<QueryRequest> = {}): QueryRequest => ({
  sql,
  parameters: [],
  purpose: 'quality',
  format: 'csv',
  ...more,
});

// One service for all tests: its processes take a second to start.
const cleanUps: (() => Promise<void>)[] = [];
let service: QueryService;
let audit: RecordedAudit;
let statements: StatementBook;
let tailColumns: (readonly string[])[] = [];
let missing: readonly string[] = [];
const sealed: string[] = [];
const issued: [subject: string, draft: ReceiptDraft][] = [];
const withheld: ReadonlyMap<string, string | null> = new Map();

before(async () => {
  const t = { after: (step: () => Promise<void>) => cleanUps.unshift(step) };
  const { keys, catalogue, audit: recorded } = await openKeys(t);
  audit = recorded;
  const layout = layoutOf(join(await temporaryFolder(t), 'data'));
  await makeDirectories(layout);
  statements = await StatementBook.open(catalogue, await keys.rowSealer('people'), systemClock);
  service = await QueryService.start({
    layout,
    copies: { pathOf: () => null, hold: () => assert.fail('nothing is archived') },
    keys,
    segments: await SegmentHost.open(catalogue, keys, systemClock),
    store: {
      snapshot: async (_stream, columns) => {
        tailColumns.push(columns);
        const held = TAIL.columns.filter(({ name }) => columns.includes(name));
        return { rows: TAIL.rows, batches: [{ ...TAIL, columns: held }], blocks: [] };
      },
    },
    missing: () => missing,
    seal: async (stream) => void sealed.push(stream),
    receipts: { issue: async (subject, draft) => void issued.push([subject, draft]) },
    withheld: () => withheld,
    memory: async () => memoryRows(SYSTEM_RELATIONS._devices.shapes, [['truck-1', 'd', 'enabled', 0, null, null]]),
    audit,
    ledger: await PrivacyLedger.open(catalogue, await keys.rowSealer('people'), audit),
    statements,
    decisions: new DecisionPoint(),
    log: silentLog,
    originals: () => new Set(),
    shown: await shownAsStored(() => TEMPLATE),
    template: () => TEMPLATE,
    engineMemory: 512 * 1_048_576,
    consents: { standing: () => ({ subjects: [], since: new Float64Array(0) }) },
    allowUnconfined: true,
  });
  cleanUps.unshift(() => service[Symbol.asyncDispose]());
  await service.useTemplate(TEMPLATE);
});
after(async () => {
  for (const step of cleanUps) await step();
});

async function answerOf(
  request: QueryRequest,
  as = ADA,
): Promise<{ text: string; id: string; warning: string | undefined }> {
  const { parts, headers } = await service.run(as, request, new AbortController().signal);
  const text = decodeUtf8(concatBytes(await Array.fromAsync(parts)));
  return { text, id: headers?.['weir-query-id'] ?? '', warning: headers?.['weir-warning'] };
}

const entries = (from: number) =>
  audit.events
    .slice(from)
    .filter(({ action }) => action === 'query')
    .map(({ actor, resource, purpose, outcome, reason }) => [actor, resource, purpose, outcome, reason]);

test('QueryService.run() answers from the tail and from memory, and logs each relation before', async () => {
  const from = audit.events.length;
  tailColumns = [];
  const { text } = await answerOf(ask('select temperature from climate order by 1'));
  assert.deepEqual(text.trim().split(/\r?\n/), ['temperature', '10', '30']);
  assert.deepEqual(entries(from), [['person:ada', 'view:climate', 'quality', 'allowed', undefined]]);
  assert.deepEqual(tailColumns, [['temperature']]);
  const devices = await answerOf(ask('select device from _devices', { purpose: null }));
  assert.match(devices.text, /truck-1/);
});

test('QueryService.run() says what answers from streams lack, and says it of no other', async () => {
  missing = ['readings behind byte 70 of journal file f1 are missing', 'more'];
  try {
    const { warning, id } = await answerOf(ask('select device from warm'));
    assert.equal(warning, 'readings behind byte 70 of journal file f1 are missing; more');
    const outcome = await eventually(
      () => service.outcome(id, ADA.subject),
      (known) => known?.state === 'done',
    );
    assert.deepEqual(outcome?.state === 'done' && outcome.missing, missing);
    assert.equal((await answerOf(ask('select device from _devices', { purpose: null }))).warning, undefined);
  } finally {
    missing = [];
  }
  assert.equal((await answerOf(ask('select device from warm'))).warning, undefined);
});

test('QueryService.run() answers from views with parameters', async () => {
  const { text } = await answerOf(ask('select device from warm where temperature < $1', { parameters: [99] }));
  assert.deepEqual(text.trim().split(/\r?\n/), ['device', 'b']);
});

test('QueryService.run() tells what became of a statement to the one who ran it', async () => {
  const { id } = await answerOf(ask('select temperature from climate'));
  const outcome = await eventually(
    () => service.outcome(id, ADA.subject),
    (known) => known?.state === 'done',
  );
  assert.ok(outcome?.state === 'done');
  assert.equal(outcome.rows, 2);
  assert.equal(service.outcome(id, caller('eve', 'scientist').subject), null);
});

test('QueryService.run() refuses what is not granted, logs it first, and keeps the statement sealed', async () => {
  const from = audit.events.length;
  const sql = "select 'telltale' from no_such_thing";
  await assert.rejects(answerOf(ask(sql)), { code: 'QUERY_REFUSED' });
  assert.deepEqual(
    entries(from).map(([, resource, , outcome]) => [resource, outcome]),
    [['statement', 'denied']],
  );
  const entry = audit.events.findLast(({ action }) => action === 'query');
  assert.doesNotMatch(JSON.stringify(entry), /telltale/);
  assert.equal((await statements.find(entry?.digest ?? ''))?.sql, sql);
  await assert.rejects(answerOf(ask('select * from climate'), caller('eve')), { code: 'QUERY_REFUSED' });
});

test('QueryService.run() names the purpose where another one would do', async () => {
  const from = audit.events.length;
  await assert.rejects(answerOf(ask('select * from climate', { purpose: 'maintenance' })), {
    code: 'QUERY_REFUSED',
    message: /climate is not there for maintenance/,
  });
  assert.equal(entries(from)[0]?.[4], 'purpose');
});

test('QueryService.run() asks for a purpose where there are several, and names them', async () => {
  await assert.rejects(
    answerOf(ask('select count(*) from climate', { purpose: null })),
    /climate is there for quality, maintenance, and no purpose was stated/,
  );
});

test('QueryService.requireCondition() takes what is one over the columns of a stream', async () => {
  await service.requireCondition('climate', "temperature > 30 and device = 'truck-1'");
  for (const wrong of ['nothing > 1', 'temperature >', 'device in (select device from _devices)', '1) or (1 = 1; --']) {
    await assert.rejects(service.requireCondition('climate', wrong), wrong);
  }
});

test('QueryService.run() answers nothing that cannot be logged', async () => {
  audit.broken = true;
  try {
    await assert.rejects(answerOf(ask('select temperature from climate')), /log cannot be written/);
    const never = 'select count(*) from range(10000000) a, range(10000000) b where hash(a.range + b.range) = 1';
    await assert.rejects(answerOf(ask(never, { purpose: null })), /log cannot be written/);
  } finally {
    audit.broken = false;
  }
});

test('QueryService.run() gives no part of an answer, nor what went wrong, before the entry is durable', async () => {
  for (const sql of ['select temperature from climate', 'select error(device) from climate']) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const from = audit.events.length;
    audit.held = promise;
    let told = false;
    const answer = answerOf(ask(sql)).finally(() => (told = true));
    answer.catch(() => undefined);
    await new Promise((wait) => setTimeout(wait, 500));
    audit.held = null;
    assert.deepEqual([told, entries(from)], [false, []], sql);
    resolve();
    await answer.catch((error: unknown) => assert.equal((error as { code?: string }).code, 'QUERY_FAILED'));
    assert.equal(entries(from).length, 1);
  }
});

test('QueryService.describe() gives each subject its own relations', async () => {
  const names = async (as: Caller): Promise<string[]> =>
    ((await service.describe(as, 'quality')) as { name: string }[]).map(({ name }) => name).sort();
  assert.deepEqual(await names(ADA), ['_devices', 'climate', 'warm']);
  assert.deepEqual(await names(caller('eve')), []);
});

test('QueryService.check() refuses a template whose view does not pass, and what runs stays', async () => {
  const broken = makeTemplate(YAML, { 'warm.sql': 'select device, temprature from climate' });
  await assert.rejects(service.check(broken), {
    code: 'SERVER_TEMPLATE_INVALID',
    message: /views\.warm: .*temprature/,
  });
  assert.match((await answerOf(ask('select device from warm'))).text, /b/);
});

test('QueryService.run() with a receipt seals first, reads no tail, and tells the desk what the answer was', async () => {
  tailColumns = [];
  const sql = 'select device, temperature from climate union all select status, 1 from _devices';
  const { text, id } = await answerOf(ask(sql, { receipt: true }));
  const [subject, draft] = issued.at(-1)!;
  assert.deepEqual([text, tailColumns, sealed], ['device,temperature\r\nenabled,1\r\n', [], ['climate']]);
  assert.deepEqual([subject, draft.query, draft.actor, draft.purpose], ['ada', id, 'person:ada', 'quality']);
  assert.deepEqual(
    draft.relations.map(({ name, kind, columns }) => [name, kind, columns.map((column) => column.name)]),
    [
      ['climate', 'stream', ['device', 'temperature']],
      ['_devices', 'system', ['device', 'status']],
    ],
  );
  assert.ok((draft.relations[0]?.policies.length ?? 0) > 0);
  const { rows, size, sha256, digest } = draft.result;
  assert.deepEqual([rows, size, sha256], [1, text.length, sha256Hex(text)]);
  assert.equal(digest, sha256Hex('["enabled","1"]\n'));
  assert.deepEqual(draft.decided.length, 2);
  await assert.rejects(answerOf(ask(`explain ${sql}`, { receipt: true })), { code: 'QUERY_UNSUPPORTED' });
});
