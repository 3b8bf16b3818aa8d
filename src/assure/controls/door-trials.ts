import type { Json } from '#base/core/index.ts';
import { PROBE_CREDENTIAL_KINDS } from '#trust/identity/index.ts';

/** Certificates that a probe can show to a listener; all but `good` are made for the occasion and must be refused. */
export const CREDENTIAL_KINDS = ['good', 'none', ...PROBE_CREDENTIAL_KINDS] as const;

export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

export interface ConnectOutcome {
  /** True where an MQTT session was accepted. */
  readonly admitted: boolean;
  readonly protocol: string | null;
  /** What the listener answered with, where it did. */
  readonly reason: string | null;
}

/** A listener that speaks TLS. */
export type TlsListener = 'mqtt' | 'https' | 'api';

/** A version of TLS with the usual suites, or with weak ones alone. */
export type TlsOffer = 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.2-weak' | 'TLSv1.3';

export interface HandshakeOutcome {
  readonly accepted: boolean;
  /** The group that the key was agreed on in, as OpenSSL calls it. */
  readonly group: string | null;
  /** What the peer answered, as OpenSSL calls it; null where it accepted. */
  readonly reason: string | null;
}

/** What came of a handshake that offered one group. */
export interface AgreementOutcome {
  readonly offered: string;
  readonly accepted: boolean;
  readonly version: string | null;
  /** As IANA names it. */
  readonly suite: string | null;
  /** As the inventory names it. */
  readonly group: string | null;
  /** SHA-256 of the certificate that was shown, in hex. */
  readonly certificate: string | null;
}

/** What the cryptographic inventory says, and what handshakes show. */
export interface InventoryTrial {
  readonly inventory: {
    readonly suites: readonly string[];
    readonly groups: readonly string[];
    /** SHA-256 of each, in hex. */
    readonly certificates: readonly string[];
    readonly algorithms: number;
    /** Algorithms that a quantum computer breaks without a year until which they may be relied on. */
    readonly undated: number;
  };
  readonly handshakes: readonly AgreementOutcome[];
}

/** What is advised to encrypt with to a type of device that is declared. */
export interface AdviceTrial {
  readonly type: string;
  /** Answers, and those of them without a rule, a reason or a source. */
  readonly answers: number;
  readonly unfounded: number;
  /** Whether it speaks TLS itself; of others the gateway does. */
  readonly direct: boolean;
  /** The group and the cipher suites of TLS that do as advised, as the inventory names them. */
  readonly group: string | null;
  readonly suites: readonly string[];
  /** Answers that change where it lasts no longer than 2030 or longer than 2035, and where its link is LoRaWAN. */
  readonly changedByLifetime: number;
  readonly changedByLink: number;
}

export interface PublishOutcome {
  /** MQTT 5 reason code of the acknowledgement; below 128 means taken. */
  readonly code: number;
  readonly text: string | null;
}

export type ProbeCaller = 'prober' | 'device' | 'person' | 'nobody';

/** Credentials of programs that must let nobody in; each is wrong in a way of its own. */
export const USELESS_CREDENTIAL_KINDS = [
  'revoked-key',
  'expired-token',
  'ended-session',
  'unused-code',
  'unsigned-token',
  'forged-token',
] as const;

/** Credentials of programs that a probe can show at the API; all but `good-key` must let in for nothing, or for less. */
export const PROGRAM_CREDENTIAL_KINDS = ['good-key', 'narrow-key', ...USELESS_CREDENTIAL_KINDS] as const;

export type ProgramCredentialKind = (typeof PROGRAM_CREDENTIAL_KINDS)[number];

export interface ApiAnswer {
  readonly status: number;
  readonly body: Json;
  /** Fields of the answer by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** `flood` sends as fast as the connection takes; `polite` stays within what the stream allows. */
export type Pace = 'polite' | 'flood';

/** What became of two devices with the identity of `_probe`. */
export interface CloneTrial {
  /** Two sessions from one address got in, and one from another. */
  readonly first: boolean;
  readonly second: boolean;
  /** The two at one address raised nothing. */
  readonly quiet: boolean;
  readonly noticed: boolean;
  /** Requests over HTTPS from two addresses in turn. */
  readonly noticedOverHttps: boolean;
  /** Two counters of `seq` that take turns. */
  readonly countersNoticed: boolean;
  /** The key of one device in the request of another. */
  readonly keyNoticed: boolean;
}

/** What became of a certificate of the device `_probe` that was taken back. */
export interface RevokeTrial {
  readonly admittedBefore: boolean;
  /** From asking for the revocation to the end of the live session; null where it went on. */
  readonly endedAfterMs: number | null;
  readonly admittedAfter: boolean;
  /** Status of a reading that is posted with it afterwards. */
  readonly requestAfter: number;
  /** Whether the log gives that as the reason of the refusal. */
  readonly logged: boolean;
  readonly inWholeList: boolean;
  readonly inDelta: boolean;
  readonly ocsp: 'good' | 'revoked' | 'unknown';
  /** Whether a session with another certificate of the device went on. */
  readonly otherStays: boolean;
}

/** Statuses of the answers to one request, signed in different ways. */
export interface SignatureTrial {
  readonly unsigned: number;
  readonly signed: number;
  /** The signed request once more, as it was. */
  readonly replayed: number;
  /** A signature that was made for another request. */
  readonly altered: number;
}

/** A port that a process of the platform listens on, or that the platform says it does. */
export interface ListeningPort {
  readonly port: number;
  readonly loopback: boolean;
}
