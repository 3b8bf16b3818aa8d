export interface SearchOutcome {
  readonly files: number;
  readonly bytes: number;
  /** Files that are older than what was looked for, and so were not read. */
  readonly older: number;
  /** Files that could not be read. */
  readonly unreadable: number;
  /** Files, relative to the data directory, that hold the bytes looked for. */
  readonly hits: readonly string[];
}

/** What a search for keys that open readings found. */
export interface KeySearch extends SearchOutcome {
  /** How many keys were looked for. */
  readonly keys: number;
  /** Where the root key is: `file`, `pkcs11`, `transit`. */
  readonly custody: string;
  /** Files and folders of keys, relative to the data directory, that others than their owner may read or change. */
  readonly open: readonly string[];
}

/** What became of attempts to read changed copies of a segment. */
export interface TamperOutcome {
  readonly segment: string;
  /** True where an unchanged copy opens: otherwise a refusal would say nothing. */
  readonly opens: boolean;
  readonly tried: number;
  /** Attempts in which anything came back. */
  readonly unnoticed: number;
  /** Codes of the refusals, each once. */
  readonly reasons: readonly string[];
}

export interface LogCheck {
  readonly entries: number;
  readonly verified: boolean;
  readonly reason: string | null;
  /** Whether one changed byte in a copy was found. */
  readonly tamperDetected: boolean;
}

/** What became of readings of `_probe` that were let go. */
export interface LetGoTrial {
  /** Segments, with their streams, of which something should have gone before now. */
  readonly overdue: readonly string[];
  /** They could be asked for. */
  readonly seen: boolean;
  /** While they were held, letting them go was refused and they could be asked for. */
  readonly heldStays: boolean;
  /** Afterwards they could not. */
  readonly gone: boolean;
  /** Places that segments are archived in, as they lie there. */
  readonly archives: readonly ArchiveTrial[];
}

/** What was found in a place of archived segments. */
export interface ArchiveTrial {
  readonly place: string;
  /** Why it could not be looked at; null where it could. */
  readonly problem: string | null;
  /** Segments that were read whole and compared. */
  readonly sampled: number;
  /** Ids of those that are missing there, or not what was sealed. */
  readonly damaged: readonly string[];
  /** Objects there of segments that are no more. */
  readonly leftOver: readonly string[];
}

/** What became of readings of `_probe` when the key that they are sealed under was rotated. */
export interface RotateTrial {
  /** False where that was done within a day: then no more is known than how things stand. */
  readonly rotated: boolean;
  /** Whether the version that seals now is another, newer one. What is null was not tried. */
  readonly newer: boolean | null;
  /** Wraps that were sealed again, and in how long. */
  readonly rewrapped: number | null;
  readonly milliseconds: number | null;
  /** Whether a reading from before can be asked for, and one from after. */
  readonly oldReads: boolean;
  readonly newReads: boolean;
  /** Whether something needs the version that seals. */
  readonly newSeals: boolean;
  /** Keys that need an older version. */
  readonly oldHolds: number;
  /** Whether the log says that the older one was retired, and that its wraps were sealed again. */
  readonly logged: boolean | null;
}

/** A place that the platform is backed up to, as it lies there. */
export interface BackupTrial {
  readonly target: string;
  /** Code of what keeps it from being believed, or null. */
  readonly problem: string | null;
  /** Hours since the snapshot that is there. */
  readonly ageHours: number | null;
  /** Objects that were read, and those of them that are not as they were stored. */
  readonly sampled: number;
  readonly damaged: readonly string[];
  /** One flipped bit of its ring, in a copy, was found. */
  readonly flipFound: boolean;
  /** Keys in its ring that custody here has no more. */
  readonly destroyedKeys: readonly string[];
  /** Hours since something was erased that it has not heard of; null where it has heard of all. */
  readonly behindHours: number | null;
}

/** A version of a key, without the key. */
export interface KnownKey {
  readonly kind: string;
  readonly name: string;
  readonly version: number;
  readonly state: string;
  /** How often it has sealed, and may at most; null where that is not counted. */
  readonly uses: number | null;
  readonly limit: number | null;
  /** How many keys need it; null where that cannot be told. */
  readonly holds: number | null;
}

/** What came of answers that have to prove what they were made from. */
export interface TracedAnswers {
  readonly holds: boolean;
  readonly forgedRefused: boolean;
  readonly sameDigest: boolean;
  /** Segments that the dataset's lineage names. */
  readonly segments: number;
  readonly deletedIsGone: boolean;
}
