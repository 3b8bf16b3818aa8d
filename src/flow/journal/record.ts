import type { Batch } from '#base/core/index.ts';
import type { WindowSnapshot } from '#trust/identity/index.ts';

/** How many readings of a device and stream were refused for one reason since the last such record. */
export interface RefusalCount {
  /** Name of the device that the readings were about; empty where none was known. */
  readonly device: string;
  /** Name of the stream; empty where none was known. */
  readonly stream: string;
  /** Number of the reason in the table of reasons; see `docs/reference/refusals.md`. */
  readonly reason: number;
  readonly count: number;
  /** Keyed digest of the first payload counted here, 16 bytes; empty where none was taken. */
  readonly digest: Uint8Array;
}

/** One change of a client's session in the gateway's own encoding; the journal keeps it and its order, no more. */
export interface SessionEvent {
  readonly session: string;
  readonly event: Uint8Array;
}

/** A reading that was refused and set aside as evidence; only in quarantine files. */
export interface QuarantinedReading {
  readonly device: string;
  readonly stream: string;
  /** Device that spoke for it, where another did. */
  readonly via: string | null;
  /** Number of the reason in the table of reasons. */
  readonly reason: number;
  /** Epoch microseconds. */
  readonly received: number;
  /** Field or byte that the reason names; empty where none. */
  readonly place: string;
  /** Bytes of the payload as it came. */
  readonly length: number;
  /** Declared members as JSON text in UTF-8; empty where the reason keeps no payload. */
  readonly payload: Uint8Array;
}

/** Values on their way to the vault, sealed so that only the control process opens them. */
export interface VaultRecord {
  readonly kind: 'vault';
  /** Of the key that the writer's own is derived from. */
  readonly version: number;
  /** 16 bytes that the writer's key is derived with. */
  readonly salt: Uint8Array;
  /** Of this record among those of its writer: the nonce. */
  readonly number: number;
  readonly sealed: Uint8Array;
}

/** What a journal holds, one tag per kind. */
export type JournalRecord =
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'refusals'; readonly counts: readonly RefusalCount[] }
  | { readonly kind: 'session'; readonly events: readonly SessionEvent[] }
  /** The windows of `seq` as they stood when the file was begun: an opening record, so that files before can go. */
  | { readonly kind: 'windows'; readonly snapshot: WindowSnapshot }
  | { readonly kind: 'quarantined'; readonly readings: readonly QuarantinedReading[] }
  /** Before the batches of its group: what they hold can be turned back as soon as it can be read. */
  | VaultRecord;
