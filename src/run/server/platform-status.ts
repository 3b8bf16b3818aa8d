/** What a platform says of itself; `weir status --json` prints it as it is. */
export interface PlatformStatus {
  readonly version: string;
  readonly demo: boolean;
  readonly uptimeSeconds: number;
  readonly template: { readonly name: string; readonly digest: string; readonly since: string };
  /** Changes of the template that a second person has to decide. */
  readonly proposals: { readonly waiting: number };
  readonly tlsMinimum: string;
  readonly listeners: readonly { readonly name: string; readonly address: string; readonly port: number }[];
  readonly processes: readonly {
    readonly name: string;
    readonly state: string;
    readonly pid: number | null;
    readonly restarts: number;
  }[];
  readonly connections: number;
  readonly readings: {
    readonly admitted: number;
    readonly duplicates: number;
    readonly perSecond: number;
    /** Refused readings by reason, since the start. */
    readonly refused: Readonly<Record<string, number>>;
    /** Undeclared members that were dropped. */
    readonly dropped: number;
  };
  /** How acknowledgements keep in step with what can be seen. */
  readonly pace: {
    /** For how long the oldest reading that cannot be seen yet has been acknowledged. */
    readonly behindMs: number;
    /** Readings a second that are acknowledged at most; null where as many as come. */
    readonly allowedPerSecond: number | null;
    /** For how long acknowledgements were held back since the start. */
    readonly heldBackSeconds: number;
  };
  /** Connections refused by reason, since the start. */
  readonly refusedConnections: Readonly<Record<string, number>>;
  readonly journal: { readonly bytes: number };
  readonly tail: { readonly rows: number; readonly bytes: number };
  readonly segments: { readonly count: number; readonly rows: number; readonly bytes: number };
  /** What is archived, by place, and objects that wait to be carried there. */
  readonly archive: {
    readonly waiting: number;
    readonly places: readonly { readonly place: string; readonly segments: number; readonly bytes: number }[];
  };
  readonly audit: {
    readonly entries: number;
    readonly integrated: number;
    /** Entries that the log once had and has no more. */
    readonly gaps: readonly {
      readonly from: number;
      readonly to: number | null;
      readonly knownBy: string;
      readonly found: string;
    }[];
    /** Certificates that wait to be confirmed because of them. */
    readonly suspended: number;
  };
  readonly queries: { readonly confined: boolean; readonly reason: string | null; readonly running: number };
  /** What is watched; null where the template declares neither detection nor rules, or the watch does not run yet. */
  readonly watch: {
    readonly streams: number;
    readonly devices: number;
    readonly readings: number;
    /** Readings that only the cheapest detectors judged, or none, because there were too many. */
    readonly shed: number;
    /** The tiers in the order of their cost: readings or windows that they judged, processor time, alarms. */
    readonly tiers: readonly {
      readonly name: string;
      readonly judged: number;
      readonly busyMs: number;
      readonly beyond: number;
    }[];
    /** Windows that went through all tiers at random, those that looked odd there, and those of them that the cheap tier had not noticed. */
    readonly recall: { readonly sampled: number; readonly odd: number; readonly missed: number };
    /** Windows that did not go up: their stream's budget did not allow it, or the processor was busy. */
    readonly heldBack: number;
    readonly windowsShed: number;
    /** Devices that no detector of series follows: the memory that its stream allows for it is used up. */
    readonly leftOut: number;
    /** Fields in which drift is looked for, and those of them of which enough is known to tell it. */
    readonly drift: { readonly fields: number; readonly watching: number };
    readonly lagMs: number;
    /** Rules over the log, entries that they were held against, groups of events that were too many to be kept. */
    readonly rules: number;
    readonly entries: number;
    readonly forgotten: number;
    readonly alerts: number;
  } | null;
  /** Ways in which what is in memory may get to a disk of this machine; empty where there is none. */
  readonly exposures: readonly { readonly kind: string; readonly detail: string }[];
  /** What does not work as it should, in words; empty where all is well. */
  readonly degraded: readonly string[];
}

/** What `run/address.json` says while a platform runs: how commands find it. */
export interface PlatformAddress {
  readonly pid: number;
  readonly api: string;
  readonly https: string;
  readonly mqtt: string;
  readonly ports: { readonly mqtt: number; readonly https: number; readonly api: number; readonly status?: number };
  readonly demo: boolean;
}
