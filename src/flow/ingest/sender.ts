/** A device as ingest needs it: its entry in the inventory. */
export interface Sender {
  /** Row number in the device table. */
  readonly index: number;
  readonly name: string;
  /** Name of its type in the template. */
  readonly type: string;
}

/** A sender with the types of devices that it was given leave to speak for. */
export interface Speaker extends Sender {
  readonly speaksFor: readonly string[];
}

/** How payloads come. `ndjson` and JSON arrays hold many readings, SenML packs may. */
export const WIRE_FORMATS = ['json', 'ndjson', 'cbor', 'senml+json', 'senml+cbor'] as const;
export type WireFormat = (typeof WIRE_FORMATS)[number];

/** What became of each reading of one message. */
export interface Outcomes {
  /** Reason number of each reading in order; see `REASON`. */
  readonly reasons: Uint8Array;
  /** Field or byte that a refusal names, by index of the reading. */
  readonly places: ReadonlyMap<number, string>;
  /** Members that no field declares and that were left out of what was admitted: the first eight names, untrusted. */
  readonly dropped: readonly string[];
  readonly stored: number;
  readonly refused: number;
}

/** What a device may still send to a stream: a bucket that fills at `perSecond` and holds `burst` readings. */
export interface Allowance {
  readonly perSecond: number;
  readonly burst: number;
  readonly tokens: number;
}
