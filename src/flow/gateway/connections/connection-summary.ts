import type { DeviceEntry } from '../ports.ts';

/** What TLS says of a connection. */
export interface Transport {
  /** The network that it comes from. */
  readonly network: string;
  /** Version, suite and group that were agreed on. */
  readonly tls: string;
  /** Digest of what the stack at the other end is known by; null where a session was resumed. */
  readonly stack: string | null;
}

/** How a device connects: what stays as it is while a connection lasts. */
export interface Manner extends Transport {
  readonly protocol: 'mqtt-3.1.1' | 'mqtt-5' | 'https';
  /** Seconds that it asked for; null over HTTPS, as all that follows. */
  readonly keepAlive: number | null;
  /** Whether it asked for a new session, and whether it left a will. */
  readonly clean: boolean | null;
  readonly hasWill: boolean | null;
}

/** Where a message went. */
export interface Topic {
  readonly stream: string;
  readonly about: { readonly name: string };
  /** Reason number where nothing on this topic can be taken; 0 where ingest decides. */
  readonly refusal: number;
}

/** What a device did on its connections in one period. Sizes are bytes, gaps seconds; null where there were none. */
export interface ConnectionSummary {
  readonly device: DeviceEntry;
  /** Epoch microseconds at the end of the period. */
  readonly at: number;
  /** How it connected last; null where its last connection was before all that is known. */
  readonly manner: Manner | null;
  readonly topics: readonly string[];
  readonly messages: number;
  /** Mean and largest size of the payloads. */
  readonly payload: number | null;
  readonly largest: number | null;
  readonly gap: number | null;
  /** Connections that it opened, ended as it should, and lost. */
  readonly sessions: number;
  readonly sessionGap: number | null;
  readonly goodbyes: number;
  readonly lost: number;
  /** Wills that were carried out. */
  readonly wills: number;
}

/** The same as members of a reading of the stream of connections. */
export function summaryMembers(summary: ConnectionSummary): ReadonlyMap<string, string | number | boolean> {
  const { manner, topics, messages, payload, largest, gap, sessions, sessionGap, goodbyes, lost, wills } = summary;
  const members: readonly (readonly [string, string | number | boolean | null])[] = [
    ['network', manner?.network ?? null],
    ['protocol', manner?.protocol ?? null],
    ['tls', manner?.tls ?? null],
    ['stack', manner?.stack ?? null],
    ['keep_alive', manner?.keepAlive ?? null],
    ['clean', manner?.clean ?? null],
    ['has_will', manner?.hasWill ?? null],
    ['topics', topics.length === 0 ? null : topics.join(' ')],
    ['messages', messages],
    ['payload', payload],
    ['largest', largest],
    ['gap', gap],
    ['sessions', sessions],
    ['session_gap', sessionGap],
    ['goodbyes', goodbyes],
    ['lost', lost],
    ['wills', wills],
  ];
  return new Map(members.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])));
}
