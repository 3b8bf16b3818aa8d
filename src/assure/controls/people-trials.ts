import type { Class } from '#base/core/index.ts';

/** Where segments lie that have to stay in a region, and what is shown outside. */
export interface RegionTrial {
  /** Regions that something has to stay in. */
  readonly regions: readonly string[];
  readonly stores: readonly {
    readonly place: string;
    readonly region: string | null;
    readonly scanned: number;
    /** Segments there that have to stay somewhere else. */
    readonly strays: readonly string[];
    readonly problem: string | null;
  }[];
  /** Columns, as `stream.column`, that who is outside would be shown. */
  readonly leaks: readonly string[];
  /** Alerts, versions of what they are to be, and streams whose alerts a webhook would be sent, outside all the same. */
  readonly told: readonly string[];
}

/** What follows from the class of one field, with all else the same. What is seen is `clear`, a mask, or null for nothing. */
export interface ClassTrial {
  readonly class: Class;
  readonly keyDomain: string | null;
  /** What a role with a grant of the class sees, and one without. */
  readonly granted: string | null;
  readonly notGranted: string | null;
  /** Least and most days that a reading with it is kept. */
  readonly keptDays: readonly [number | null, number | null];
  /** What may be exported for a purpose, and without one. */
  readonly exported: string | null;
  readonly exportedForNothing: string | null;
  /** What who is granted it sees from outside of its region. */
  readonly abroad: string | null;
  /** Where it has to stay. */
  readonly region: string | null;
  /** The classes of columns that views make of it, each in another way; null where there is no such column. */
  readonly derived: readonly (Class | null)[];
  /** What a role without a grant of the class sees of the first of these. */
  readonly derivedNotGranted: string | null;
  /** The class of a column that a rule gives away. */
  readonly declassified: Class | null;
}

/** What became of a consent that was given to a stream and withdrawn. What workers say is of each of the gateway's. */
export interface ConsentTrial {
  readonly stream: string;
  /** Before it was given no worker would have taken a reading of this person. */
  readonly askedFirst: boolean;
  /** While it stood every worker would have. */
  readonly taken: boolean;
  /** The receipt verifies with the keys that the platform publishes, and says that it was given. */
  readonly receipt: boolean;
  /** Milliseconds from the withdrawal until no worker would have taken one any more; null where that was not seen. */
  readonly endedAfterMs: number | null;
  /** Whose rows may be used does not name the person any more, and who is left out does. */
  readonly hidden: boolean;
  /** Both are in the log, and nothing there names the person. */
  readonly logged: boolean;
}

/** What became of attempts on one private view. Codes of errors, or `answered`. */
export interface PrivacyTrial {
  readonly view: string;
  readonly stream: string;
  /** Asking for its rows. */
  readonly rows: string;
  /** Asking for an answer that costs more than the budget has left. */
  readonly beyond: string;
  /** ε of the budget that both cost. */
  readonly spent: number;
  /** Whether a role that queries all may query the stream itself. */
  readonly open: boolean;
}

/** What is found of persons and their requests. Requests by their ids: nobody is named. */
export interface RightsTrial {
  readonly requests: number;
  /** Certified erasures that were looked at again. */
  readonly looked: number;
  /** What came back, in words. */
  readonly remains: readonly string[];
  /** Requests to be hidden that no relation heeds. */
  readonly shown: readonly string[];
  readonly overdue: readonly string[];
}

/** What the platform would make of corrections that nobody asks for. */
export interface CorrectionTrial {
  readonly tried: number;
  /** Fields (`stream.field`) of which something was taken or refused that should not be, in words. */
  readonly wrong: readonly string[];
}
