/** What was told of something that went wrong with the device `_probe`. */
export type ToldAlert = {
  /** Detectors that told it, the farthest beyond its limit first. */
  readonly by: readonly string[];
  /** The rule that was broken, in words; null where none was. */
  readonly rule: string | null;
  /** Field of its first cause; null where it names none. */
  readonly field: string | null;
  readonly sentence: string;
  /** Readings that are shown with it. */
  readonly evidence: number;
};

/** What was told of a sensor that was no longer sound. `watched` is false where the template declares no detection. */
export interface SensorTrial {
  readonly watched: boolean;
  /** While it was sound nothing of this was told. */
  readonly quiet: boolean;
  readonly stuck: ToldAlert | null;
  readonly spliced: ToldAlert | null;
  readonly scaled: ToldAlert | null;
  readonly replayed: ToldAlert | null;
}

/** What was told of commands, and of when they came. */
export interface CommandTrial {
  readonly watched: boolean;
  /** In the usual order at the usual hour nothing was told. */
  readonly quiet: boolean;
  readonly oddOrder: ToldAlert | null;
  readonly oddTime: ToldAlert | null;
  /** The same command in its hour was told of by nobody. */
  readonly usualAgain: boolean;
  /** Of a beacon among readings at random times. */
  readonly beacon: ToldAlert | null;
}

/** What each kind of detector told of what is its own. */
export interface KindsTrial {
  readonly watched: boolean;
  readonly quiet: boolean;
  readonly statistics: ToldAlert | null;
  readonly learnt: ToldAlert | null;
  /** What the ensemble of series told of the same, which a template names beside the others. */
  readonly ensemble: ToldAlert | null;
  readonly rule: ToldAlert | null;
}

/** What became of an attack in stages on one device, and of what went wrong an hour later. */
export interface AttackTrial {
  readonly watched: boolean;
  /** Before it nothing was told. */
  readonly quiet: boolean;
  /** What the steps of its incident were told by, in their order. */
  readonly stages: readonly string[];
  /** No step began before the one that it follows. */
  readonly inOrder: boolean;
  /** All that was told while it went on is in that incident. */
  readonly together: boolean;
  /** What was told an hour later is in none of its steps. */
  readonly laterApart: boolean;
}

/** What was told of flows. */
export interface FlowTrial {
  readonly watched: boolean;
  /** Of those that the profile allows nothing was told. */
  readonly quiet: boolean;
  /** Port of the flow that it does not allow. */
  readonly port: number;
  readonly violation: ToldAlert | null;
}

/** What was told of channels between a device and its peers. */
export interface ChannelTrial {
  readonly watched: boolean;
  /** Of peers that are spoken to at no steady pace nothing was told. */
  readonly quiet: boolean;
  /** The peer that was called as command and control calls. */
  readonly peer: string;
  readonly told: ToldAlert | null;
  /** How many channels were told of. */
  readonly channels: number;
}

/** Alerts of the same event inside and outside of its condition. */
export interface ConditionTrial {
  readonly watched: boolean;
  readonly inside: number;
  readonly outside: number;
}

/** What was told of a device that connects or sends otherwise than it did. */
export interface ConnectionTrial {
  readonly watched: boolean;
  /** While it did as usual nothing was told. */
  readonly quiet: boolean;
  readonly network: ToldAlert | null;
  readonly stack: ToldAlert | null;
  readonly size: ToldAlert | null;
  /** Of connections that were lost one after the other. */
  readonly loop: ToldAlert | null;
}

/** What became of a device that is known, and of another in its name. */
export interface StrangerTrial {
  readonly watched: boolean;
  /** How often the device itself was taken for another. */
  readonly itself: number;
  /** Readings of the other one until it was told; null where it never was. */
  readonly strangerAfter: number | null;
}

/** What became of the device `_probe` as one that is tampered with. */
export interface TamperTrial {
  /** False where the template declares no detection: then signs are looked at by nobody. */
  readonly watched: boolean;
  /** An alert and an entry of the log for each sign. */
  readonly caseOpen: boolean;
  readonly bootLoop: boolean;
  /** Its readings were refused and kept, while it was let in. */
  readonly apart: boolean;
  readonly cut: boolean;
  readonly released: boolean;
}

/** What tiers of detectors did since the watch began. */
export interface TiersTrial {
  readonly devices: number;
  /** The greatest share of the readings that any stream may send up on suspicion. */
  readonly suspicious: number;
  readonly tiers: readonly { readonly name: string; readonly judged: number; readonly busyMs: number }[];
  readonly recall: { readonly sampled: number; readonly odd: number; readonly missed: number };
  readonly heldBack: number;
  readonly windowsShed: number;
}

/** What was told of a field of the device `_probe` that drifted. */
export interface DriftTrial {
  /** False where the template declares no detection: then nothing was tried. */
  readonly watched: boolean;
  /** Alerts that name the field since it began to drift. */
  readonly told: number;
  /** What the first of them names, and says. */
  readonly fields: readonly string[];
  readonly sentence: string | null;
}

/** What became of what the device `_probe` sent that is usual, and what is not. */
export interface WatchTrial {
  /** False where the template declares no detection: then nothing was tried. */
  readonly watched: boolean;
  /** What is normal for the device once that was sent; null where nothing is known. */
  readonly baseline: {
    readonly readings: number;
    readonly fields: number;
    /** Whether every detector may alarm, and says how sure it is. */
    readonly armed: boolean;
    readonly sure: boolean;
  } | null;
  /** What is usual raised nothing. */
  readonly quiet: boolean;
  /** The alert of one wild reading; null where none came. */
  readonly alert: {
    readonly cause: string | null;
    readonly value: number | null;
    readonly usual: readonly [number, number] | null;
    readonly wouldPass: number | null;
    /** The value in the reading that is shown as evidence, and in the usual one that is like it. */
    readonly evidence: number | null;
    readonly nearest: number | null;
    readonly sentence: string;
    /** False alarms in the time of the budget: at most likely, and allowed. */
    readonly likely: number;
    readonly budget: number;
  } | null;
  /** It was told while there was a window for another field. */
  readonly otherWindowLeaves: boolean;
  readonly windowSilences: boolean;
  readonly muteSilences: boolean;
  readonly revertTells: boolean;
  /** All of them were one incident. */
  readonly incident: boolean;
  /** What the log has of a refused reading meanwhile is a step of it, and to others none. */
  readonly refusalIsStep: boolean;
}
