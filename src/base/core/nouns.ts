/**
 * The sensitivity of a field, least to most strict.
 *
 * A class decides tokenising, masking, key domain, retention and residency; see `docs/architecture.md`.
 */
export const CLASSES = ['public', 'operational', 'location', 'personal', 'identifier', 'health', 'secret'] as const;
export type Class = (typeof CLASSES)[number];

/** The domain of keys that columns of a class are sealed under. `secret` is never stored, so it has none. */
export const KEY_DOMAINS = ['operational', 'location', 'personal', 'identifier', 'health'] as const;
export type KeyDomain = (typeof KEY_DOMAINS)[number];

/** The stricter of two classes. */
export function stricterClass(a: Class, b: Class): Class {
  return CLASSES.indexOf(a) >= CLASSES.indexOf(b) ? a : b;
}

/**
 * What a field can hold. `number` is a finite double; `integer` is within ±(2^53−1); `time` is epoch microseconds;
 * `text` is valid UTF-8 of bounded length.
 */
export const FIELD_TYPES = ['number', 'integer', 'boolean', 'text', 'time'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** Columns that every stored reading has before its declared fields. A template cannot declare a field so named. */
export const SYSTEM_COLUMNS = [
  { name: 'device', type: 'text', nullable: false, description: 'the device that the reading is about' },
  {
    name: 'time',
    type: 'time',
    nullable: false,
    description: 'when the device says it was taken, else time of receipt',
  },
  { name: 'received', type: 'time', nullable: false, description: 'when the gateway took it' },
  { name: 'seq', type: 'integer', nullable: true, description: "the device's own number for the reading" },
  { name: 'time_given', type: 'boolean', nullable: false, description: 'false where time is the time of receipt' },
  { name: 'via', type: 'text', nullable: true, description: 'the device that spoke for it, where another did' },
] as const satisfies readonly { name: string; type: FieldType; nullable: boolean; description: string }[];

/** Streams that every template gets: device events (will messages, tamper signals) and the prober's own. */
export const EVENTS_STREAM = '_events';
export const PROBE_STREAM = '_probe';
/** Further streams of the prober: one that is watched as those of others are, and one of network flows. */
export const TRIAL_STREAM = '_trial';
export const TRIAL_FLOWS = '_trial_flows';
/** And one whose readings go into windows at the door. */
export const TRIAL_WINDOWS = '_trial_windows';
/** How devices connect, as the gateway sees it: the platform's, and the same of the prober's own device. */
export const CONNECTIONS_STREAM = '_connections';
export const TRIAL_CONNECTIONS = '_trial_connections';
export const PROBER_STREAMS: readonly string[] = [
  PROBE_STREAM,
  TRIAL_STREAM,
  TRIAL_FLOWS,
  TRIAL_WINDOWS,
  TRIAL_CONNECTIONS,
];
export const PROBE_DEVICE = '_probe';
/** As whom the log names what the platform does to try itself; over its own connections `weir:prover@` and as whom it came. */
export const PROBER_ACTOR = 'weir:prover';
