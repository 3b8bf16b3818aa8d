import assert from 'node:assert/strict';
import { TokenKey } from '#base/crypto/index.ts';
import type { Control } from './control.ts';
import type { FleetSumTrial, HashingTrial, LiveWindowTrial, SynthesisTrial, WindowTrial } from './derived-trials.ts';
import type {
  ApiAnswer,
  AdviceTrial,
  InventoryTrial,
  PublishOutcome,
  CloneTrial,
  RevokeTrial,
  SignatureTrial,
} from './door-trials.ts';
import type { ConsentTrial, PrivacyTrial, RegionTrial, ClassTrial } from './people-trials.ts';
import type { ProbePlatform } from './probe-platform.ts';
import type {
  KeySearch,
  KnownKey,
  ArchiveTrial,
  LetGoTrial,
  RotateTrial,
  BackupTrial,
  TracedAnswers,
} from './stored-trials.ts';
import type {
  TamperTrial,
  TiersTrial,
  DriftTrial,
  WatchTrial,
  AttackTrial,
  ChannelTrial,
  CommandTrial,
  FlowTrial,
  KindsTrial,
  SensorTrial,
  ToldAlert,
} from './watch-trials.ts';

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

/** Clones that are noticed. */
export const SOUND_CLONES: CloneTrial = {
  first: true,
  second: true,
  quiet: true,
  noticed: true,
  noticedOverHttps: true,
  countersNoticed: true,
  keyNoticed: true,
};

/** Segments that lie where they may. */
export const SOUND_REGIONS: RegionTrial = {
  regions: ['eu'],
  stores: [{ place: 'main', region: 'eu', scanned: 4, strays: [], problem: null }],
  leaks: [],
  told: [],
};

/** A field of which all changes with its class. */
export const SOUND_CLASSES: readonly ClassTrial[] = [
  {
    class: 'public',
    keyDomain: 'operational',
    granted: 'clear',
    notGranted: 'clear',
    keptDays: [null, 400],
    exported: 'clear',
    exportedForNothing: 'clear',
    abroad: 'clear',
    region: null,
    derived: ['public', 'public', 'public', 'public'],
    derivedNotGranted: 'clear',
    declassified: 'public',
  },
  {
    class: 'personal',
    keyDomain: 'personal',
    granted: 'clear',
    notGranted: 'hash',
    keptDays: [10, 30],
    exported: 'clear',
    exportedForNothing: null,
    abroad: null,
    region: 'eu',
    derived: ['personal', 'personal', 'personal', 'personal'],
    derivedNotGranted: 'hash',
    declassified: 'public',
  },
  {
    class: 'health',
    keyDomain: 'health',
    granted: 'clear',
    notGranted: null,
    keptDays: [null, 7],
    exported: null,
    exportedForNothing: null,
    abroad: null,
    region: 'eu',
    derived: ['health', 'health', 'health', 'health'],
    derivedNotGranted: null,
    declassified: 'public',
  },
];

/** A consent that counts while it stands. */
export const SOUND_CONSENT: ConsentTrial = {
  stream: 'pulse',
  askedFirst: true,
  taken: true,
  receipt: true,
  endedAfterMs: 12,
  hidden: true,
  logged: true,
};

/** A key that was rotated while readings under it are read. */
export const ROTATED: RotateTrial = {
  rotated: true,
  newer: true,
  rewrapped: 4,
  milliseconds: 3,
  oldReads: true,
  newReads: true,
  newSeals: true,
  oldHolds: 0,
  logged: true,
};

/** Readings that go when they should. */
export const LET_GO: LetGoTrial = { overdue: [], seen: true, heldStays: true, gone: true, archives: [] };

/** An archive as it should be. */
export const SOUND_ARCHIVE: ArchiveTrial = { place: 'cold', problem: null, sampled: 2, damaged: [], leftOver: [] };

/** A backup as it should be. */
export const SOUND_BACKUP: BackupTrial = {
  target: 't1',
  problem: null,
  ageHours: 3,
  sampled: 16,
  damaged: [],
  flipFound: true,
  destroyedKeys: [],
  behindHours: null,
};

/** A private view that answers nothing that it must not. */
export const SOUND_PRIVACY: PrivacyTrial = {
  view: 'shared',
  stream: 'climate',
  rows: 'QUERY_REFUSED',
  beyond: 'QUERY_BUDGET_SPENT',
  spent: 0,
  open: false,
};

/** Synthetic rows that give nothing away. */
export const SOUND_WINDOWS: WindowTrial = { readings: 40, early: 0, rows: 2, right: true, found: 0 };
export const SOUND_LIVE_WINDOWS: LiveWindowTrial = {
  acknowledged: 20,
  refused: 1,
  early: 0,
  rows: 1,
  right: true,
  found: 0,
};
export const SOUND_SYNTHESIS: SynthesisTrial = { made: 500, nearRare: 0, membership: 0.51, effectsBeforeCause: 0 };

/** A sum that is right and that nobody else opens. */
export const SOUND_FLEET_SUM: FleetSumTrial = { security: 128, error: 1e-9, otherKey: 1e6, addMs: 4 };

/** Buckets that tell nothing. */
export const SOUND_HASHING: HashingTrial = {
  words: 500,
  buckets: 4_096,
  stored: 500,
  hashed: 500,
  same: 500,
  withoutKey: 0,
  withOtherKey: 1,
  custody: true,
  collided: 57,
  expected: 57.4,
  loss: 0.03,
};

/** A revocation that holds. */
export const REVOKED: RevokeTrial = {
  admittedBefore: true,
  endedAfterMs: 12,
  admittedAfter: false,
  requestAfter: 403,
  logged: true,
  inWholeList: true,
  inDelta: true,
  ocsp: 'revoked',
  otherStays: true,
};

/** Keys as they should be. */
export const SOUND_KEYS = [
  { kind: 'root', name: '', version: 1, state: 'active', uses: null, limit: null, holds: 9 },
  { kind: 'epoch', name: '', version: 2, state: 'active', uses: 65_536, limit: 4_294_967_296, holds: 40 },
  { kind: 'epoch', name: '', version: 1, state: 'retired', uses: 65_536, limit: 4_294_967_296, holds: 0 },
] as const satisfies readonly KnownKey[];

/** What a platform tells whose answers can be traced. */
export const SOUND_TRACE: TracedAnswers = {
  holds: true,
  forgedRefused: true,
  sameDigest: true,
  segments: 1,
  deletedIsGone: true,
};

/** Keys that lie nowhere. */
export const SOUND_KEY_SEARCH: KeySearch = {
  files: 3,
  bytes: 900,
  older: 0,
  unreadable: 0,
  hits: [],
  keys: 4,
  custody: 'file',
  open: [],
};

const EST = '/.well-known/est/';

/** A sound answer to a body that is no certificate request. */
function enrolOne(operation: string, as: string): ApiAnswer {
  if (operation === 'cacerts') return { status: 200, body: null };
  if (as !== 'device') return { status: 401, body: { code: 'API_UNAUTHENTICATED' } };
  if (operation === 'simpleenroll') return { status: 403, body: { code: 'API_FORBIDDEN' } };
  return { status: 400, body: { code: 'IDENTITY_REQUEST_INVALID' } };
}

const SHOWN = { version: 'TLSv1.3', suite: 'TLS_AES_256_GCM_SHA384', certificate: 'ab'.repeat(32) } as const;

/** An inventory that is true. */
export const SOUND_INVENTORY = {
  inventory: {
    suites: ['TLS_AES_256_GCM_SHA384'],
    groups: ['X25519MLKEM768', 'x25519'],
    certificates: ['ab'.repeat(32)],
    algorithms: 30,
    undated: 0,
  },
  handshakes: [
    { offered: 'X25519MLKEM768', accepted: true, group: 'X25519MLKEM768', ...SHOWN },
    { offered: 'X25519', accepted: true, group: 'x25519', ...SHOWN },
    { offered: 'secp521r1', accepted: false, group: null, version: null, suite: null, certificate: null },
  ],
} satisfies InventoryTrial;

/** An advice that listeners take. */
export const SOUND_ADVICE: AdviceTrial = {
  type: 'sensor',
  answers: 7,
  unfounded: 0,
  direct: true,
  group: 'X25519MLKEM768',
  suites: ['TLS_AES_256_GCM_SHA384'],
  changedByLifetime: 2,
  changedByLink: 4,
};

/** Tampering that is told and contained. */
export const SOUND_TAMPER: TamperTrial = {
  watched: true,
  caseOpen: true,
  bootLoop: true,
  apart: true,
  cut: true,
  released: true,
};

/** Tiers that keep to what they may take. */
export const SOUND_TIERS: TiersTrial = {
  devices: 4,
  suspicious: 0.02,
  tiers: [
    { name: 'cheap', judged: 100_000, busyMs: 90 },
    { name: 'principal-components', judged: 2_400, busyMs: 4 },
  ],
  recall: { sampled: 600, odd: 7, missed: 2 },
  heldBack: 3,
  windowsShed: 0,
};

/** A watch that tells what it should and nothing else. */
export const SOUND_WATCH = {
  watched: true,
  baseline: { readings: 90, fields: 3, armed: true, sure: true },
  quiet: true,
  alert: {
    cause: 'n',
    value: 900_000,
    usual: [0, 6],
    wouldPass: 60,
    evidence: 900_000,
    nearest: 3,
    sentence: 'n of _probe was 900000; usual for it is 0 to 6',
    likely: 9,
    budget: 60,
  },
  otherWindowLeaves: true,
  windowSilences: true,
  muteSilences: true,
  revertTells: true,
  incident: true,
  refusalIsStep: true,
} satisfies WatchTrial;

/** An alert of a detector, with whatever else is given. */
export function toldBy(name: string, parts: Partial<ToldAlert> = {}): ToldAlert {
  return { by: [name], rule: null, field: 'level', sentence: 'level of _probe was odd', evidence: 3, ...parts };
}

/** Sensors of which everything is told. */
export const SOUND_SENSORS = {
  watched: true,
  quiet: true,
  stuck: toldBy('stuck-check'),
  spliced: toldBy('jump-check'),
  scaled: toldBy('physics', { rule: 'inflow = outflow within 20 %', field: null }),
  replayed: toldBy('replay', { rule: 'it plays again what it said 480 readings ago', field: null }),
} satisfies SensorTrial;

/** Commands of which the odd ones are told. */
export const SOUND_COMMANDS = {
  watched: true,
  quiet: true,
  oddOrder: toldBy('odd-order', { field: 'command.order', sentence: 'command of _probe was "close" after "close"' }),
  oddTime: toldBy('odd-time', { field: 'command.timing', sentence: 'command of _probe was "open" at 03:00 UTC' }),
  usualAgain: true,
  beacon: toldBy('beacon', { field: 'beat' }),
} satisfies CommandTrial;

/** Detectors that each tell what is theirs. */
export const SOUND_KINDS = {
  watched: true,
  quiet: true,
  statistics: toldBy('robust-z'),
  learnt: toldBy('principal-components', { field: 'outflow' }),
  ensemble: toldBy('series-ensemble', { field: 'outflow' }),
  rule: toldBy('physics', { rule: 'inflow = outflow within 20 %', field: null }),
} satisfies KindsTrial;

/** An attack that is one incident. */
export const SOUND_ATTACK = {
  watched: true,
  quiet: true,
  stages: ['stuck-check', 'physics', 'robust-z'],
  inOrder: true,
  together: true,
  laterApart: true,
} satisfies AttackTrial;

/** Flows that are held against their profile. */
export const SOUND_FLOWS = {
  watched: true,
  quiet: true,
  port: 4_444,
  violation: toldBy('mud', { field: null, sentence: '_probe spoke to 203.0.113.9 over TCP on port 4444; no rule' }),
} satisfies FlowTrial;

/** A channel of command and control that is told among others that are not. */
export const SOUND_CHANNELS = {
  watched: true,
  quiet: true,
  peer: '198.51.100.26',
  told: toldBy('command-channel', { field: 'irregularity', sentence: '_probe calls 198.51.100.26 every 14 s' }),
  channels: 1,
} satisfies ChannelTrial;

/** Drift that is told as it should. */
export const SOUND_DRIFT = {
  watched: true,
  told: 1,
  fields: ['place'],
  sentence: 'place of _probe has drifted',
} satisfies DriftTrial;

/** Signatures that count as they should. */
export const SIGNATURES: SignatureTrial = { unsigned: 403, signed: 200, replayed: 403, altered: 403 };

const TOLD = (sentence: string) => ({ by: ['unfamiliar'], rule: null, field: null, sentence, evidence: 1 });
/** A trial of connections in which all is told. */
export const CONNECTION_TRIAL = {
  watched: true,
  quiet: true,
  network: TOLD('_probe connects from another network than usual: "127.66.0.0/24"'),
  stack: TOLD('_probe connects with another TLS stack than usual: "b"'),
  size: TOLD('_probe sends payloads of another size than usual: 90 By'),
  loop: TOLD('_probe: it lost its connection and came back 5 times within ten minutes'),
};
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
