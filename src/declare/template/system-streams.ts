import {
  CONNECTIONS_STREAM,
  days,
  EVENTS_STREAM,
  PROBE_DEVICE,
  PROBE_STREAM,
  seconds,
  TRIAL_CONNECTIONS,
  TRIAL_FLOWS,
  TRIAL_STREAM,
  TRIAL_WINDOWS,
} from '#base/core/index.ts';
import type { Millis } from '#base/core/index.ts';
import { buildAggregation } from './aggregate-rules.ts';
import type { DeviceType, Field, Stream } from './types.ts';

/** The device type that probes use; every template has it. */
export function probeDeviceType(): DeviceType {
  return {
    name: PROBE_DEVICE,
    description: "the platform's own prober",
    identity: 'x509',
    power: 'mains',
    boot: 'none',
    lifetime: null,
    speaksFor: [],
  };
}

/** The platform's own streams are about nobody, for no purpose, and take what they know. */
const UNPROMISED = {
  purposes: [],
  basis: null,
  subject: null,
  undeclared: 'drop',
  onRefusal: 'acknowledge',
  acceptUnenforced: false,
} as const;

/**
 * The streams that every template has: events of devices, which only the platform writes, and the prober's own,
 * which runs through the same checks as any other.
 */
export function systemStreams(accept: { late: Millis; early: Millis }): readonly Stream[] {
  const base = {
    ...UNPROMISED,
    keep: { min: null, max: null },
    accept,
    rate: { perSecond: 20, burst: 100 },
  } as const;
  return [
    {
      ...base,
      name: EVENTS_STREAM,
      description: 'what happens to devices: will messages, sessions, tamper signals',
      from: [],
      fields: [
        field('kind', { type: 'text', maxLength: 64, description: 'kind of event' }),
        field('detail', {
          type: 'text',
          maxLength: 4_096,
          nullable: true,
          description: 'what the device or gateway said',
        }),
        field('client', { type: 'text', maxLength: 256, nullable: true, description: 'MQTT client id of the session' }),
      ],
    },
    {
      ...base,
      name: PROBE_STREAM,
      description: 'readings of probes; in no view but for those who may prove',
      from: [PROBE_DEVICE],
      fields: [
        field('n', { type: 'integer', range: [0, 1_000_000], description: 'number of the probe' }),
        field('canary', {
          type: 'text',
          maxLength: 128,
          nullable: true,
          description: 'a text that must not be found on disk',
        }),
        field('value', {
          type: 'number',
          range: [-1_000, 1_000],
          step: { perSecond: 100 },
          nullable: true,
          description: 'a measurement',
        }),
        ...LATER_PROBE_FIELDS,
      ],
    },
    ...laterStreams(accept),
  ];
}

/** Those that came after templates were stored. */
function laterStreams(accept: { late: Millis; early: Millis }): readonly Stream[] {
  return [...connectionStreams(accept), ...trialStreams(accept.early)];
}

/** How devices connect: rows that the gateway sums up, so nobody sends to these. Those of the prober's own go after a day. */
function connectionStreams(accept: { late: Millis; early: Millis }): readonly Stream[] {
  const base = {
    ...UNPROMISED,
    from: [],
    accept,
    rate: { perSecond: 100, burst: 2_000 },
    fields: CONNECTION_FIELDS,
  } as const;
  return [
    {
      ...base,
      name: CONNECTIONS_STREAM,
      description: 'how devices connect and send, summed up by the gateway',
      keep: { min: null, max: days(90) },
    },
    {
      ...base,
      name: TRIAL_CONNECTIONS,
      description: 'the same of the prober, session by session',
      keep: { min: null, max: days(1) },
    },
  ];
}

/**
 * Streams on which the prober is the device that goes wrong. A trial takes minutes of a device's time to a month of it in seconds,
 * so times of long ago are taken, and many readings at once.
 */
function trialStreams(early: Millis): readonly Stream[] {
  const base = {
    from: [PROBE_DEVICE],
    ...UNPROMISED,
    keep: { min: null, max: days(1) },
    accept: { late: days(3_650), early },
    rate: { perSecond: 5_000, burst: 20_000 },
  } as const;
  return [
    {
      ...base,
      name: TRIAL_STREAM,
      description: 'readings of a device that goes wrong, which the watch has to notice',
      fields: [
        field('level', { type: 'number', nullable: true, description: 'a measurement' }),
        field('inflow', { type: 'number', nullable: true, description: 'what flows in' }),
        field('outflow', { type: 'number', nullable: true, description: 'what flows out, as much' }),
        field('mode', { type: 'text', maxLength: 16, nullable: true, description: 'what the machine does' }),
        field('command', { type: 'text', maxLength: 32, nullable: true, description: 'what it was told to do' }),
        field('word', { type: 'text', maxLength: 64, nullable: true, description: 'a category that is seen hashed' }),
      ],
    },
    {
      ...base,
      name: TRIAL_FLOWS,
      type: 'flow',
      description: 'flows of a device, held against a profile of what it needs',
      fields: [
        field('direction', { type: 'text', maxLength: 8, enum: ['out', 'in'], nullable: true }),
        field('source_address', { type: 'text', maxLength: 45, nullable: true }),
        field('source_port', { type: 'integer', range: [0, 65_535], nullable: true }),
        field('destination_address', { type: 'text', maxLength: 45, nullable: true }),
        field('destination_port', { type: 'integer', range: [0, 65_535], nullable: true }),
        field('protocol', { type: 'text', maxLength: 8, nullable: true }),
        field('peer_name', { type: 'text', maxLength: 255, nullable: true }),
      ],
    },
    {
      ...base,
      name: TRIAL_WINDOWS,
      accept: { late: days(1), early: seconds(5) },
      description: 'readings that go into windows at the door, of which none may be stored',
      ...buildAggregation({ every: '2s', wait: '3s', by: ['mark'], of: { value: ['mean', 'min', 'max', 'count'] } }, [
        field('mark', { type: 'text', maxLength: 64, description: 'which trial it is' }),
        field('value', { type: 'number', range: [0, 100], description: 'a measurement' }),
        field('note', { type: 'text', maxLength: 128, nullable: true, description: 'a text that is not stored' }),
      ]),
    },
  ];
}

const LATER_STREAMS: readonly string[] = [
  CONNECTIONS_STREAM,
  TRIAL_CONNECTIONS,
  TRIAL_STREAM,
  TRIAL_FLOWS,
  TRIAL_WINDOWS,
];

/** Streams as they are stored: without the system's own that came later, so that digests of templates stay what they were. */
export function storedStreams(streams: ReadonlyMap<string, Stream>): ReadonlyMap<string, Stream> {
  return new Map(
    [...streams].flatMap(([name, stream]) => (LATER_STREAMS.includes(name) ? [] : [[name, storedStream(stream)]])),
  );
}

/** Streams as they are used, whichever version stored them. */
export function wholeStreams(stored: ReadonlyMap<string, Stream>): ReadonlyMap<string, Stream> {
  const streams = new Map([...stored].map(([name, stream]) => [name, wholeStream(stream)]));
  const probe = streams.get(PROBE_STREAM);
  for (const later of probe === undefined ? [] : laterStreams(probe.accept)) streams.set(later.name, later);
  return streams;
}

/** The prober's own without the fields that came later. */
function storedStream(stream: Stream): Stream {
  if (stream.name !== PROBE_STREAM) return stream;
  return {
    ...stream,
    fields: stream.fields.filter(({ name }) => !LATER_PROBE_FIELDS.some((one) => one.name === name)),
  };
}

/** The prober's own with them. */
function wholeStream(stream: Stream): Stream {
  return stream.name === PROBE_STREAM
    ? { ...stream, fields: [...storedStream(stream).fields, ...LATER_PROBE_FIELDS] }
    : stream;
}

/** Whether a stream or device type belongs to the platform: its name starts with `_`, which no author can write. */
export function isSystemName(name: string): boolean {
  return name.startsWith('_');
}

function field(name: string, parts: Pick<Field, 'type'> & Partial<Field>): Field {
  return {
    name,
    unit: null,
    range: null,
    step: null,
    class: 'operational',
    enum: null,
    pattern: null,
    maxLength: 0,
    nullable: false,
    description: null,
    ...parts,
  };
}

/** Fields of the prober's stream that came after templates were stored. */
const LATER_PROBE_FIELDS: readonly Field[] = [
  field('serial', {
    type: 'text',
    maxLength: 128,
    nullable: true,
    tokenise: PROBE_STREAM,
    description: 'an identifier, of which a token is stored',
  }),
  field('place', {
    type: 'number',
    range: [-1_000, 1_000],
    nullable: true,
    coarsen: 1,
    description: 'a value that is stored as a whole number',
  }),
  field('day', {
    type: 'time',
    nullable: true,
    coarsen: 86_400_000_000,
    description: 'a time of which the day is stored',
  }),
  field('surplus', {
    type: 'text',
    maxLength: 128,
    nullable: true,
    withheld: true,
    description: 'a text that is for nothing, and is not stored',
  }),
  field('case_open', { type: 'boolean', nullable: true, description: 'whether its case is open' }),
  field('boots', { type: 'integer', range: [0, 1_000_000], nullable: true, description: 'how often it has started' }),
  field('code', {
    type: 'text',
    maxLength: 16,
    nullable: true,
    tokenise: `${PROBE_STREAM}-codes`,
    token: { kind: 'format', alphabet: '0123456789', length: [8, 16] },
    description: 'an identifier, of which a token of the same format is stored that has a way back',
  }),
];

/** What is told of a device's connections in one period: what is not known, or did not happen, is missing. */
const CONNECTION_FIELDS: readonly Field[] = [
  field('network', { type: 'text', maxLength: 64, nullable: true, description: 'network that it connected from' }),
  field('protocol', { type: 'text', maxLength: 16, nullable: true, description: 'mqtt-3.1.1, mqtt-5 or https' }),
  field('tls', {
    type: 'text',
    maxLength: 128,
    nullable: true,
    description: 'version, suite and group of TLS that were agreed on',
  }),
  field('stack', {
    type: 'text',
    maxLength: 16,
    nullable: true,
    description: 'digest of what its TLS stack is known by; missing where a session was resumed',
  }),
  field('keep_alive', {
    type: 'integer',
    unit: 's',
    range: [0, 65_535],
    nullable: true,
    description: 'keep-alive that it asked for',
  }),
  field('clean', { type: 'boolean', nullable: true, description: 'whether it asked for a new session' }),
  field('has_will', { type: 'boolean', nullable: true, description: 'whether it left a will' }),
  field('topics', {
    type: 'text',
    maxLength: 512,
    nullable: true,
    description: 'streams that it published to; in brackets what is none of its topics',
  }),
  field('messages', { type: 'integer', nullable: true, description: 'messages that it sent' }),
  field('payload', { type: 'number', unit: 'By', nullable: true, description: 'mean size of their payloads' }),
  field('largest', { type: 'integer', unit: 'By', nullable: true, description: 'size of the largest' }),
  field('gap', { type: 'number', unit: 's', nullable: true, description: 'mean time from one message to the next' }),
  field('sessions', { type: 'integer', nullable: true, description: 'connections that it opened' }),
  field('session_gap', {
    type: 'number',
    unit: 's',
    nullable: true,
    description: 'mean time from one opening to the next at this worker of the gateway',
  }),
  field('goodbyes', { type: 'integer', nullable: true, description: 'connections that it ended as it should' }),
  field('lost', { type: 'integer', nullable: true, description: 'MQTT connections that ended without goodbye' }),
  field('wills', { type: 'integer', nullable: true, description: 'wills of it that were carried out' }),
];
