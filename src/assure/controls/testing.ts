import assert from 'node:assert/strict';
import { TokenKey } from '#base/crypto/index.ts';
import type { Control } from './control.ts';
import type { ApiAnswer, PublishOutcome } from './door-trials.ts';
import type { ProbePlatform } from './probe-platform.ts';
import {
  SOUND_CLONES,
  SOUND_REGIONS,
  SOUND_CLASSES,
  SOUND_CONSENT,
  ROTATED,
  LET_GO,
  SOUND_BACKUP,
  SOUND_PRIVACY,
  SOUND_WINDOWS,
  SOUND_LIVE_WINDOWS,
  SOUND_SYNTHESIS,
  SOUND_FLEET_SUM,
  SOUND_HASHING,
  REVOKED,
  SOUND_KEYS,
  SOUND_TRACE,
  SOUND_KEY_SEARCH,
  SOUND_INVENTORY,
  SOUND_ADVICE,
  SOUND_TAMPER,
  SOUND_TIERS,
  SOUND_WATCH,
  SOUND_SENSORS,
  SOUND_COMMANDS,
  SOUND_KINDS,
  SOUND_ATTACK,
  SOUND_FLOWS,
  SOUND_CHANNELS,
  SOUND_DRIFT,
  SIGNATURES,
  CONNECTION_TRIAL,
} from './sound-trials.ts';

/** An API as it describes itself: open, decided, and of devices. */
const DESCRIBED = {
  paths: {
    '/healthz': { get: { security: [{}] } },
    '/v1/users': { get: { 'x-weir-action': 'administer' } },
    '/v1/views': { get: {} },
    '/v1/devices/{name}/disable': { post: { 'x-weir-action': 'administer' } },
    '/v1/streams/{stream}': { post: { security: [{ certificate: [] }] } },
    '/.well-known/est/simpleenroll': { post: {} },
  },
};

const EST = '/.well-known/est/';

/** A sound answer to a body that is no certificate request. */
function enrolOne(operation: string, as: string): ApiAnswer {
  if (operation === 'cacerts') return { status: 200, body: null };
  if (as !== 'device') return { status: 401, body: { code: 'API_UNAUTHENTICATED' } };
  if (operation === 'simpleenroll') return { status: 403, body: { code: 'API_FORBIDDEN' } };
  return { status: 400, body: { code: 'IDENTITY_REQUEST_INVALID' } };
}

/** What a caller hears that has used up what it may ask. */
const LIMITED = { 'retry-after': '1', 'ratelimit-policy': '"caller";q=60;w=60', ratelimit: '"caller";r=0;t=1' };

/** For tests of probes only: a platform that keeps every promise, with single answers replaced to break one. */
export function soundPlatform(broken: Partial<ProbePlatform> = {}): ProbePlatform {
  const stored: Stored[] = [];
  const seen = new Set<string>();
  let proofs = 0;
  const answer = (body: ApiAnswer['body'], status = 200): ApiAnswer => ({ status, body });
  const sound: ProbePlatform = {
    // What is not there at once never comes here.
    patienceMs: 0,
    revokeOwn: async () => REVOKED,
    keys: async () => SOUND_KEYS,
    adviceTrial: async () => [SOUND_ADVICE],
    inventoryTrial: async () => SOUND_INVENTORY,
    cloneOwn: async () => SOUND_CLONES,
    watchOwn: async () => SOUND_WATCH,
    tamperOwn: async () => SOUND_TAMPER,
    conditionTrial: async () => ({ watched: true, inside: 0, outside: 2 }),
    connectionTrial: async () => CONNECTION_TRIAL,
    strangerTrial: async () => ({ watched: true, itself: 0, strangerAfter: 64 }),
    sensorTrial: async () => SOUND_SENSORS,
    commandTrial: async () => SOUND_COMMANDS,
    kindsTrial: async () => SOUND_KINDS,
    attackTrial: async () => SOUND_ATTACK,
    flowTrial: async () => SOUND_FLOWS,
    channelTrial: async () => SOUND_CHANNELS,
    tiers: async () => SOUND_TIERS,
    driftOwn: async () => SOUND_DRIFT,
    rotateOwn: async () => ROTATED,
    letGo: async () => LET_GO,
    backupTrial: async () => [SOUND_BACKUP],
    regionTrial: async () => SOUND_REGIONS,
    classTrial: async () => SOUND_CLASSES,
    privacyTrial: async () => [SOUND_PRIVACY],
    fleetSumTrial: async () => SOUND_FLEET_SUM,
    hashingTrial: async () => SOUND_HASHING,
    synthesisTrial: async () => SOUND_SYNTHESIS,
    windowTrial: async () => SOUND_WINDOWS,
    windowOwn: async () => SOUND_LIVE_WINDOWS,
    consentTrial: async () => [SOUND_CONSENT],
    profiles: async () => [{ name: 'a', endsIn: 2035 }],
    enrolUnsupported: async () => ({
      name: 'old',
      code: 'IDENTITY_PROFILE_REFUSED',
      message: 'Cannot enrol device old: the support of its maker has ended',
    }),
    connect: async (kind) => ({
      admitted: kind === 'good',
      protocol: 'TLSv1.3',
      reason: kind === 'good' ? null : kind,
    }),
    connectWithTls: async (offer) => ({
      accepted: offer === 'TLSv1.3',
      group: offer === 'TLSv1.3' ? 'X25519MLKEM768' : null,
      reason: offer === 'TLSv1.3' ? null : 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    }),
    publish: async (topic, payloads) =>
      topic === 'streams/_probe'
        ? payloads.map((payload, i) => publishOne(payload, i, stored, seen))
        : payloads.map(() => ({ code: 0x87, text: topic.endsWith('/closed') ? 'unenforced: …' : 'not-allowed: …' })),
    call: async (_method, path, body, as) => {
      if (path === '/v1/openapi.json') return answer(DESCRIBED);
      if (path.startsWith(EST)) return enrolOne(path.slice(EST.length), as);
      if (path.startsWith('/v1/tokens')) return tokensOne(path, body, as);
      if (as === 'nobody') return answer({ code: 'API_UNAUTHENTICATED' }, 401);
      if (as === 'person' && path === '/v1/prove' && ++proofs > 60) return { ...answer(null, 429), headers: LIMITED };
      if (as === 'person') return path === '/v1/views' ? answer({ views: [] }) : answer({ code: 'API_DENIED' }, 403);
      if (as === 'device' && !path.startsWith('/v1/streams/')) return answer({ code: 'API_FORBIDDEN' }, 403);
      if (as === 'device') {
        stored.push(body as unknown as Stored);
        return answer({}, 202);
      }
      if (JSON.stringify(body).includes('never-granted')) return answer({ code: 'QUERY_REFUSED' }, 400);
      if (/^\/v1\/(template|proposals|tokens)/.test(path)) return answer({ code: 'POLICY_DENIED' }, 403);
      const { purpose = null } = (body ?? {}) as { purpose?: string | null };
      if (purpose !== null)
        return answer({ purpose, rows: (purpose === 'probe-share' ? [1] : [1, 2]).map((n) => ({ n })) });
      const replies: Record<string, ApiAnswer['body']> = {
        '/v1/segments/columns': { columns: [{ column: 'n', class: 'operational', domain: 'operational' }] },
      };
      return answer(replies[path] ?? null);
    },
    rightsTrial: async () => ({ requests: 1, looked: 1, remains: [], shown: [], overdue: [] }),
    correctionTrial: async () => ({ tried: 4, wrong: [] }),
    recordTrial: async () => ({ documented: ['open', 'accepted', 'closed'], undocumented: [] }),
    showCredential: async (kind) => {
      if (kind === 'good-key') return answer({});
      return kind === 'narrow-key'
        ? answer({ code: 'POLICY_DENIED' }, 403)
        : answer({ code: 'API_UNAUTHENTICATED' }, 401);
    },
    query: async (sql) => queryOne(sql, stored),
    signatures: async () => SIGNATURES,
    seal: async () => {},
    search: async () => ({ files: 3, bytes: 900, older: 0, unreadable: 0, hits: [] }),
    searchKeys: async () => SOUND_KEY_SEARCH,
    tamperWithSegment: async () => ({
      segment: 's1',
      opens: true,
      tried: 20,
      unnoticed: 0,
      reasons: ['STORE_SEGMENT_DAMAGED'],
    }),
    traceAnswers: async () => SOUND_TRACE,
    verifyLog: async () => ({ entries: 9, verified: true, reason: null, tamperDetected: true }),
    // What probes must not bring about is not there.
    logged: async (action) => action !== 'issue-certificate',
    status: async () => ({
      tlsMinimum: '1.3',
      listeners: [{ name: 'mqtt', address: '127.0.0.1', port: 8883 }],
      queries: { confined: true, reason: null },
      exposures: [],
      template: { digest: 'd', since: '2026-01-01T00:00:00Z' },
    }),
    streams: async () => [
      { name: 'open', unenforced: [], acceptUnenforced: false },
      { name: 'accepted', unenforced: ['keep'], acceptUnenforced: true },
      { name: 'closed', unenforced: ['consent'], acceptUnenforced: false },
    ],
    inventory: async () => [
      { name: '_probe', index: 0 },
      { name: 'a', index: 1 },
    ],
    controls: () => [
      { id: 'a', requirements: ['gdpr:32'], last: false },
      { id: 'b', requirements: ['gdpr:5'], last: false },
      { id: 'z', requirements: ['gdpr:32'], last: true },
    ],
    listening: async () => [{ port: 8883, loopback: true }],
    now: () => '2026-03-01T00:00:00Z',
    canary: () => `canary-${stored.length}-x`,
  };
  return { ...sound, ...broken };
}

/** A reading as a device sent it. */
interface Stored {
  readonly canary: string;
  readonly n: number;
  readonly serial?: string;
  readonly code?: string;
  readonly place?: number;
  readonly day?: string;
}

const TOKENS = TokenKey.fromBytes(new Uint8Array(32), 1);

/** A token of eight digits that has a way back: there and back are one. */
function turned(code: string): string {
  return Array.from(code, (digit) => 9 - Number(digit)).join('');
}

/** What a platform says of tokens of `_probe`, to the prober for its own purpose alone. */
function tokensOne(path: string, body: unknown, as: string): ApiAnswer {
  const {
    purpose,
    tokens = [],
    originals = [],
  } = body as {
    purpose?: string;
    tokens?: string[];
    originals?: string[];
  };
  if (as !== 'prober' || purpose !== 'probe') return { status: as === 'nobody' ? 401 : 403, body: null };
  const values = path.endsWith('/originals')
    ? tokens.map((token) => ({ token, original: turned(token) }))
    : originals.map((original) => ({ original, token: turned(original) }));
  return { status: 200, body: { values } };
}

/** A row as a platform has it that keeps every promise. */
function asStored({ canary, serial, code, place, day }: Stored): Record<string, string | number> {
  return {
    canary,
    ...(serial === undefined ? {} : { serial: TOKENS.text(serial) }),
    ...(code === undefined ? {} : { code: turned(code) }),
    ...(place === undefined ? {} : { place: Math.round(place) }),
    ...(day === undefined ? {} : { day: `${day.slice(0, 10)}T00:00:00Z` }),
  };
}

function publishOne(payload: string, i: number, stored: Stored[], seen: Set<string>): PublishOutcome {
  const refusals: [RegExp, string][] = [
    [/"$/, 'decode'],
    [/^\[\[/, 'schema-shape'],
    [/__proto__/, 'proto-key'],
    [/"n": 1, "n"/, 'duplicate-key'],
    [/: 1e999/, 'number-overflow'],
    [/"2199-/, 'clock-early'],
    [/"1999-/, 'clock-late'],
    [/"one"/, 'schema-type'],
    [/"n": -1|"n":-1|"value":5000/, 'range'],
    [/"value":900/, 'step'],
  ];
  const refusal =
    refusals.find(([pattern]) => pattern.test(payload))?.[1] ?? (payload.includes('"n"') ? null : 'schema-missing');
  if (refusal !== null) return { code: 0x99, text: refusal };
  if (i >= 100) return { code: 0x97, text: 'rate' };
  if (!(payload.includes('seq') && seen.has(payload))) stored.push(JSON.parse(payload) as Stored);
  seen.add(payload);
  return { code: 0, text: null };
}

function queryOne(sql: string, stored: readonly Stored[]): ApiAnswer {
  const exact = /count.*where canary = '(.*)'/.exec(sql)?.[1];
  const start = /starts_with\(canary, '(.*?)'\)/.exec(sql)?.[1];
  if (start !== undefined)
    return {
      status: 200,
      body: stored.filter(({ canary }) => canary?.startsWith(start)).map(asStored),
    };
  if (exact !== undefined)
    return { status: 200, body: [{ n: stored.filter(({ canary }) => canary === exact).length }] };
  const device = /select device from _probe where canary = '(.*)'/.exec(sql)?.[1];
  if (device !== undefined) {
    return { status: 200, body: stored.filter(({ canary }) => canary === device).map(() => ({ device: '_probe' })) };
  }
  if (sql === 'select table_name from information_schema.tables') {
    return { status: 200, body: [{ table_name: '_probe' }] };
  }
  return sql === 'select count(*) as n from _probe'
    ? { status: 200, body: [{ n: stored.length }] }
    : { status: 400, body: { code: 'QUERY_REFUSED' } };
}

/** Sees a probe pass on a sound platform and fail on each broken one. */
export async function assertTurnsRed(
  control: Control,
  broken: Readonly<Record<string, Partial<ProbePlatform>>>,
): Promise<void> {
  const { signal } = new AbortController();
  const sound = await control.probe(soundPlatform(), signal);
  assert.equal(sound.outcome, 'pass', `${control.id} on a sound platform: ${JSON.stringify(sound.evidence)}`);
  for (const [name, part] of Object.entries(broken)) {
    const result = await control.probe(soundPlatform(part), signal);
    assert.equal(result.outcome, 'fail', `${control.id} where ${name}`);
  }
}
