import assert from 'node:assert/strict';
import { join } from 'node:path';
import { concatBytes, decodeUtf8, systemClock } from '#base/core/index.ts';
import type { Batch } from '#base/core/index.ts';
import { DecisionPoint } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import { PrivacyLedger } from '#flow/query/index.ts';
import type { Caller } from '../api/caller.ts';
import type { QueryRequest } from '../api/services.ts';
import { SegmentHost } from '../control/segment-host.ts';
import { layoutOf, makeDirectories } from '../data-directory.ts';
import type { DataDirectory } from '../data-directory.ts';
import { memoryRows } from './memory-rows.ts';
import { QueryService } from './query-service.ts';
import type { QueryServiceParts } from './query-service.ts';
import { StatementBook } from './statement-book.ts';
import { SYSTEM_RELATIONS } from './system-relations.ts';
import type { ReceiptDraft } from '../receipts/receipt-desk.ts';
import { shownAsStored } from '../tokens/testing.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import type { OpenKeys, RecordedAudit } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';

/** Two readings that wait to be sealed, a view over them, and one role. */
export const YAML = `
devices: { d: {} }
streams: { climate: { from: d, purposes: [quality, maintenance], fields: { temperature: { type: number } } } }
views: { warm: { from: climate, sql: warm.sql, purposes: [quality] } }
people:
  scientist: { query: [climate, warm, _devices], purposes: [quality] }
`;
export const TEMPLATE = makeTemplate(YAML, {
  'warm.sql': 'select device, temperature from climate where temperature > 20',
});

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

export const caller = (id: string, ...roles: string[]): Caller => ({
  subject: { id, kind: 'person', roles, standing: 'good', deviceType: null },
  actor: `person:${id}`,
  peer: { kind: 'none', name: null, serial: null, address: '', listener: 'api' },
});
export const ADA = caller('ada', 'scientist');

export const ask = (sql: string, more: Partial<QueryRequest> = {}): QueryRequest => ({
  sql,
  parameters: [],
  purpose: 'quality',
  format: 'csv',
  ...more,
});

/** A running service over rows in memory, and what reached those beside it. */
export interface QueryWorld extends Pick<OpenKeys, 'keys' | 'catalogue'> {
  readonly service: QueryService;
  readonly layout: DataDirectory;
  /** Whose rows are shown is worked out anew, as where somebody asks for an erasure: but for these, by relation, as conditions. */
  readonly changeWithheld: (rows?: Readonly<Record<string, string>>) => void;
  /** None at first. */
  readonly segments: SegmentHost;
  readonly audit: RecordedAudit;
  readonly statements: StatementBook;
  /** Columns that were asked of the tail, by question. */
  readonly tailColumns: (readonly string[])[];
  /** What answers lack; a test may add to it. */
  readonly missing: string[];
  readonly sealed: string[];
  readonly issued: [subject: string, draft: ReceiptDraft][];
  /** An answer as text, with its id and warning. */
  answerOf(
    request: QueryRequest,
    as?: Caller,
  ): Promise<{ readonly text: string; readonly id: string; readonly warning: string | undefined }>;
  /** Entries about queries from an index of the log on: actor, resource, purpose, outcome, reason. */
  entries(from: number): (string | undefined)[][];
}

/** Its processes take a second to start, so that one serves all tests of a file. */
export async function openQueryWorld(
  t: { after(step: () => Promise<void>): void },
  template: Template = TEMPLATE,
  more: Pick<QueryServiceParts, 'freezing'> = {},
): Promise<QueryWorld> {
  const { keys, catalogue, audit } = await openKeys(t);
  const layout = layoutOf(join(await temporaryFolder(t), 'data'));
  await makeDirectories(layout);
  const statements = await StatementBook.open(catalogue, await keys.rowSealer('people'), systemClock);
  const tailColumns: (readonly string[])[] = [];
  const missing: string[] = [];
  const sealed: string[] = [];
  const issued: [subject: string, draft: ReceiptDraft][] = [];
  let withheld: ReadonlyMap<string, string | null> = new Map();
  const segments = await SegmentHost.open(catalogue, keys, systemClock);
  const service = await QueryService.start({
    layout,
    copies: { pathOf: () => null, hold: () => assert.fail('nothing is archived') },
    keys,
    segments,
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
    shown: await shownAsStored(() => template),
    template: () => template,
    engineMemory: 512 * 1_048_576,
    consents: { standing: () => ({ subjects: [], since: new Float64Array(0) }) },
    allowUnconfined: true,
    ...more,
  });
  t.after(() => service[Symbol.asyncDispose]());
  await service.useTemplate(template);
  return {
    service,
    changeWithheld: (rows = {}) => {
      withheld = new Map(Object.entries(rows));
    },
    keys,
    catalogue,
    layout,
    segments,
    audit,
    statements,
    tailColumns,
    missing,
    sealed,
    issued,
    async answerOf(request, as = ADA) {
      const { parts, headers } = await service.run(as, request, new AbortController().signal);
      const text = decodeUtf8(concatBytes(await Array.fromAsync(parts)));
      return { text, id: headers?.['weir-query-id'] ?? '', warning: headers?.['weir-warning'] };
    },
    entries: (from) =>
      audit.events
        .slice(from)
        .filter(({ action }) => action === 'query')
        .map(({ actor, resource, purpose, outcome, reason }) => [actor, resource, purpose, outcome, reason]),
  };
}
