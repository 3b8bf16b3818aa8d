/** What became of readings that go into windows. */
export interface WindowTrial {
  readonly readings: number;
  /** Rows that were there before a window was closed. */
  readonly early: number;
  readonly rows: number;
  /** Whether each row has the mean, least, greatest and count of what was sent. */
  readonly right: boolean;
  /** Readings that the journal was given. */
  readonly found: number;
}

/** What became of readings that the device of the prober sent to a stream of windows, over MQTT. */
export interface LiveWindowTrial {
  /** Readings that were acknowledged, and those that were refused as they should be. */
  readonly acknowledged: number;
  readonly refused: number;
  /** Rows that were there while the window was open. */
  readonly early: number;
  /** Rows there are of it, one of one device and window. */
  readonly rows: number;
  /** Whether it has the mean, least, greatest and count of what was sent, and nothing else of it. */
  readonly right: boolean;
  /** Files that hold a text of these readings. */
  readonly found: number;
}

/** What synthetic rows gave away that were learnt from rows with one that stands alone. */
export interface SynthesisTrial {
  /** Rows that were made. */
  readonly made: number;
  /** Near-copies of rare rows. */
  readonly nearRare: number;
  /** How well they tell learnt rows from held ones: a half tells nothing. */
  readonly membership: number;
  /** Rows with an effect before its cause. */
  readonly effectsBeforeCause: number;
}

/** What came of values that were encrypted, added up without a key, and opened. */
export interface FleetSumTrial {
  /** Bits of security that the parameters have at least. */
  readonly security: number;
  /** How far sum, mean and variance are from those in clear at most, relative to them. */
  readonly error: number;
  /** What another secret key makes of the sum is no nearer to it than this, relative to it. */
  readonly otherKey: number;
  /** Milliseconds to add one value. */
  readonly addMs: number;
}

/** What came of words that were hashed into buckets as a mask does it. */
export interface HashingTrial {
  readonly words: number;
  readonly buckets: number;
  /** Words that are read as they were sent by who sees them, and as the number of a bucket by who is granted no more. */
  readonly stored: number;
  readonly hashed: number;
  /** Words that were in the same bucket when asked again; that a dictionary hit without the key; with another key. */
  readonly same: number;
  readonly withoutKey: number;
  readonly withOtherKey: number;
  /** Whether custody knows the key by its purpose. */
  readonly custody: boolean;
  /** Words that share a bucket, and how many would by chance. */
  readonly collided: number;
  readonly expected: number;
  /** How much of its R² a model of a target loses by buckets. */
  readonly loss: number;
}
