import type { Limits } from './types.ts';

/** One bound on what comes from outside: how a template names it, what it bounds, its default and extremes. */
export interface LimitRule {
  /** Key under `limits:` in a template. */
  readonly key: string;
  /** Member of `Limits`. */
  readonly member: LimitMember;
  readonly kind: 'size' | 'count' | 'duration';
  /** In bytes, plain number or milliseconds by kind, as are the extremes. */
  readonly standard: number;
  readonly least: number;
  readonly most: number;
  readonly meaning: string;
  /**
   * It came after templates were stored: where it is at its default the stored form leaves it out, so that digests of
   * templates that do not name it stay what they were.
   */
  readonly later?: true;
}

export type LimitMember = keyof Limits;

const KIB = 1_024;
const MIB = 1_048_576;
const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/** Every limit, in the order of the documentation page that is checked against it. */
export const LIMIT_RULES: readonly LimitRule[] = [
  size('payload', 'payloadBytes', 64 * KIB, 256, 16 * MIB, 'one MQTT payload, or one reading over HTTPS'),
  count('batch-readings', 'batchReadings', 10_000, 1, 1_000_000, 'readings in one HTTPS request or one SenML pack'),
  size('decompressed', 'decompressedBytes', 8 * MIB, 1_024, 256 * MIB, 'one HTTPS body after gzip or zstd is undone'),
  count('depth', 'depth', 8, 1, 64, 'nesting of arrays and objects in a payload'),
  count('fields', 'fields', 256, 1, 4_096, 'members of one reading, declared or not'),
  count('text-length', 'textLength', 4_096, 1, 1_048_576, 'UTF-16 code units of a text that declares no `max-length`'),
  count(
    'connections',
    'connections',
    10_000,
    1,
    1_000_000,
    'connections open at once, a quarter of them by whoever shows no certificate that counts',
  ),
  count('connections-per-device', 'connectionsPerDevice', 4, 1, 1_024, 'connections of one certificate open at once'),
  count('in-flight', 'inFlight', 100, 1, 65_535, 'unacknowledged QoS 1 and 2 messages of a session (receive maximum)'),
  count('topic-aliases', 'topicAliases', 16, 0, 65_535, 'MQTT 5 topic aliases of a connection'),
  duration('session-expiry', 'sessionExpiry', DAY, 0, 30 * DAY, 'how long a session outlives its connection'),
  duration('keep-alive', 'keepAlive', 300 * SECOND, SECOND, 18 * HOUR, 'longest keep-alive that a device may ask for'),
  duration(
    'connect-timeout',
    'connectTimeout',
    10 * SECOND,
    100,
    300 * SECOND,
    'from accepting a connection to its first full packet or request',
  ),
  size(
    'outgoing',
    'outgoingBytes',
    256 * KIB,
    1_024,
    64 * MIB,
    'bytes waiting for a reader before it is dropped as too slow',
  ),
  duration('request-timeout', 'requestTimeout', 30 * SECOND, 100, HOUR, 'one HTTPS request from first to last byte'),
  count(
    'seq-window',
    'seqWindow',
    1_024,
    64,
    65_536,
    'how far `seq` may fall behind its highest and still be told from a replay',
  ),
  duration('query-time', 'queryTime', 60 * SECOND, 100, 24 * HOUR, 'one statement from start to last row'),
  size('query-memory', 'queryMemoryBytes', 512 * MIB, 64 * MIB, 1_024 * 1_024 * MIB, 'memory of one query process'),
  count('query-rows', 'queryRows', 1_000_000, 1, 1_000_000_000, 'rows of one answer'),
  count('queries-at-once', 'queriesAtOnce', 4, 1, 256, 'query processes that run at once'),
  later(count('dataset-rows', 'datasetRows', 100_000_000, 1, 1_000_000_000, 'rows of one dataset')),
  later(
    duration(
      'dataset-time',
      'datasetTime',
      30 * 60 * SECOND,
      100,
      24 * HOUR,
      'making one dataset, or reading one to its end',
    ),
  ),
  later(
    count(
      'datasets-at-once',
      'datasetsAtOnce',
      4,
      1,
      64,
      'datasets that are made or read at once, in query processes of their own',
    ),
  ),
  size('quarantine', 'quarantineBytes', 256 * MIB, MIB, 1_024 * 1_024 * MIB, 'all quarantined payloads together'),
  duration('quarantine-age', 'quarantineAge', 7 * DAY, HOUR, 7 * DAY, 'how long a quarantined payload is kept'),
  count('devices', 'devices', 100_000, 1, 10_000_000, 'devices in the inventory'),
  later(count('caller-requests', 'callerRequests', 6_000, 1, 10_000_000, 'API requests of one caller in a minute')),
  later(count('route-requests', 'routeRequests', 3_000, 1, 10_000_000, 'those of one caller to one route in a minute')),
  later(
    count(
      'stranger-requests',
      'strangerRequests',
      3_000,
      1,
      10_000_000,
      'API requests from one network without a valid credential in a minute',
    ),
  ),
  later(
    count(
      'new-tokens',
      'newTokens',
      1_000,
      1,
      1_000_000_000,
      'new values of tokenised fields of one device in an hour before that is an event',
    ),
  ),
  later(
    count(
      'vault-values',
      'vaultValues',
      5_000_000,
      0,
      1_000_000_000,
      'originals in the vault; readings that would bring in more are asked to come later',
    ),
  ),
];

/** Bounds on the template itself; they cannot be set. */
export const TEMPLATE_BOUNDS = {
  devices: 256,
  manufacturers: 64,
  anchorCharacters: 65_536,
  /** As the gateway's table of devices has places for: one that is aggregated takes two. */
  streams: 120,
  /** Of the platform's own: places beside those. */
  systemStreams: 8,
  fieldsPerStream: 512,
  views: 512,
  tables: 256,
  roles: 128,
  words: 256,
  enumWords: 1_024,
  patternLength: 512,
  sqlCharacters: 65_536,
  policyFiles: 32,
  policyCharacters: 65_536,
  policyDepth: 64,
  descriptionLength: 2_000,
  extendsDepth: 8,
} as const;

function size(
  key: string,
  member: LimitMember,
  standard: number,
  least: number,
  most: number,
  meaning: string,
): LimitRule {
  return { key, member, kind: 'size', standard, least, most, meaning };
}

function later(rule: LimitRule): LimitRule {
  return { ...rule, later: true };
}

function count(
  key: string,
  member: LimitMember,
  standard: number,
  least: number,
  most: number,
  meaning: string,
): LimitRule {
  return { key, member, kind: 'count', standard, least, most, meaning };
}

function duration(
  key: string,
  member: LimitMember,
  standard: number,
  least: number,
  most: number,
  meaning: string,
): LimitRule {
  return { key, member, kind: 'duration', standard, least, most, meaning };
}
