import type { FleetSumTrial, HashingTrial, LiveWindowTrial, SynthesisTrial, WindowTrial } from './derived-trials.ts';
import type { AdviceTrial, InventoryTrial, CloneTrial, RevokeTrial, SignatureTrial } from './door-trials.ts';
import type { ConsentTrial, PrivacyTrial, RegionTrial, ClassTrial } from './people-trials.ts';
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
