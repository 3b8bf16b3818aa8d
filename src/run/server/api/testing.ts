import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { systemClock } from '#base/core/index.ts';
import { DecisionPoint } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { Identity } from '#trust/identity/index.ts';
import { DenialTally } from '../control/denial-tally.ts';
import { PEER_HEADER } from './caller.ts';
import type { PlatformStatus } from '../platform-status.ts';
import { RequestMetrics } from './request-metrics.ts';
import { makeApi } from './server.ts';
import type { Services } from './services.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import type { RecordedAudit } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';

/** Who asks: the operator by certificate, a device by certificate, nobody, the holder of a token, or past the gateway. */
export type Asker = 'operator' | 'device' | 'nobody' | 'past-the-gateway' | { readonly token: string };

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The answer was broken off before its end. */
  readonly broken: boolean;
  readonly json: () => Record<string, unknown>;
}

export interface ApiCall {
  readonly as?: Asker;
  /** A string goes as it is, everything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Hears the parts of an answer as they come. */
  readonly heard?: (text: string) => void;
}

export interface OpenApi {
  readonly identity: Identity;
  readonly audit: RecordedAudit;
  readonly template: Template;
  /** What was told of requests without a valid credential: address, reason and who it was. */
  readonly refused: (readonly [address: string, reason: string, actor: string])[];
  readonly denials: DenialTally;
  /** Messages that were logged as errors. */
  readonly errors: string[];
  readonly call: (method: string, path: string, call?: ApiCall) => Promise<ApiAnswer>;
}

/** What a platform may say of itself. */
export const STATUS_EXAMPLE: PlatformStatus = {
  version: '0.1.0',
  demo: false,
  uptimeSeconds: 12.4,
  template: { name: 'trial', digest: 'ab'.repeat(32), since: '2026-01-01T00:00:00Z' },
  proposals: { waiting: 0 },
  tlsMinimum: '1.3',
  listeners: [{ name: 'mqtt', address: '127.0.0.1', port: 8883 }],
  processes: [{ name: 'control', state: 'running', pid: 2, restarts: 0 }],
  connections: 4,
  readings: { admitted: 5, duplicates: 1, perSecond: 2, refused: { range: 3 }, dropped: 0 },
  pace: { behindMs: 0, allowedPerSecond: null, heldBackSeconds: 0 },
  refusedConnections: {},
  journal: { bytes: 512 },
  tail: { rows: 7, bytes: 100 },
  segments: { count: 2, rows: 1_000, bytes: 1_536 },
  archive: { waiting: 0, places: [] },
  audit: { entries: 9, integrated: 9, gaps: [], suspended: 0 },
  queries: { confined: true, reason: null, running: 0 },
  watch: null,
  exposures: [],
  degraded: [],
};

/** People of these tests: `keeper` may all that a role can be given, `scientist` nothing but query. */
export const API_TEMPLATE = `
devices: { reefer: { speaks-for: [valve] }, valve: {} }
streams:
  climate: { from: reefer, purposes: [quality], fields: { temperature: { type: number, unit: Cel, range: [-40, 60] } } }
tables: { plants: { fields: { plant: { type: text } } } }
people:
  scientist: { query: [climate], purposes: [quality] }
  keeper: { query: [], may: [audit, prove, quarantine, enrol, command, administer, replay, table, erase] }
`;

/**
 * For tests only: the API on a socket of its own, with real identity and decisions over hand-made services; all of it goes with the
 * test. A service that the test does not give is absent, and whoever needs it is answered with 500.
 */
export async function openApi(t: Cleanable, services: Partial<Services> = {}): Promise<OpenApi> {
  const { identity, audit } = await openTrust(t);
  const template = makeTemplate(API_TEMPLATE);
  const refused: OpenApi['refused'] = [];
  const errors: string[] = [];
  const given: Partial<Services> = {
    clock: systemClock,
    log: { ...silentLog, error: (_fields, message) => errors.push(message) },
    audit,
    identity,
    decisions: new DecisionPoint(),
    signInFailed: (address, reason, actor) => refused.push([address, reason, actor]),
    requests: new RequestMetrics(),
    tracer: { begin: () => null },
    spans: { families: () => [] },
    newTokens: async () => 0,
    templates: { current: template, plan: () => ({}), apply: async () => ({ proposal: null }) },
    ...services,
  };
  const denials = new DenialTally(audit, audit, silentLog);
  t.after(async () => denials[Symbol.dispose]());
  const api = makeApi({
    services: given as Services,
    onSignInFailure: (address, reason, actor) => refused.push([address, reason, actor]),
    denials,
  });
  const socketPath = path.join(await temporaryFolder(t), 'api.sock');
  await api.listen({ path: socketPath });
  t.after(() => api.close());
  const call: OpenApi['call'] = (method, route, options = {}) => send(socketPath, method, route, options);
  return { identity, audit, template, refused, denials, errors, call };
}

function headersOf(as: Asker): Record<string, string> {
  if (as === 'past-the-gateway') return {};
  const peer = { kind: 'none', name: null, serial: null, address: '192.0.2.7', listener: 'api' };
  if (as === 'operator') Object.assign(peer, { kind: 'client', name: 'operator' });
  if (as === 'device') Object.assign(peer, { kind: 'device', name: 'truck-1' });
  const identified = { [PEER_HEADER]: JSON.stringify(peer) };
  return typeof as === 'object' ? { ...identified, authorization: `Bearer ${as.token}` } : identified;
}

function send(
  socketPath: string,
  method: string,
  route: string,
  { as = 'operator', body, headers: more, heard }: ApiCall,
): Promise<ApiAnswer> {
  const headers = {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headersOf(as),
    ...more,
  };
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path: route, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      const end = (broken: boolean): void => {
        const text = Buffer.concat(parts).toString('utf8');
        const json = (): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, broken, json });
      };
      response.on('data', (part: Buffer) => {
        parts.push(part);
        heard?.(part.toString('utf8'));
      });
      response.once('end', () => end(false));
      response.once('error', () => end(true));
    });
    asked.once('error', reject);
    asked.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  });
}
