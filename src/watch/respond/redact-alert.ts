import type { ShownReading } from '#watch/detect/index.ts';
import type { Alert } from './alert.ts';

/** Whatever of alerts is about a person: devices that are theirs, values that name them, and readings of theirs. */
export interface Concerned {
  /** Devices that are the person's, by name: all that is told of them. */
  readonly devices: ReadonlySet<string>;
  /** Values of a field of a stream by which a reading is theirs, as it is stored. */
  readonly values: readonly {
    readonly stream: string;
    readonly field: string;
    readonly values: ReadonlySet<string | number>;
  }[];
  /** Times of readings of theirs, epoch microseconds, both ends included. */
  readonly spans: readonly {
    readonly stream: string;
    readonly device: string;
    readonly from: number;
    readonly to: number;
  }[];
}

const DEVICE = /^device:/;
/** What is left where an explanation rested on a reading that was erased. */
const WITHOUT = 'what it rested on was erased';

/**
 * An alert without what is about a person. An alert of a device of theirs goes whole; one of many devices names theirs no more. Of others those readings go that
 * are theirs; where the one that it rests on is among them, so do values, ranges and words made from it. What is left says when, where
 * and how grave it was, and what was answered.
 *
 * @returns null where nothing may stay; the alert itself where nothing of it is about them
 */
export function redactAlert(alert: Alert, concerned: Concerned): Alert | null {
  if (isAbout(alert, concerned)) return null;
  const named = alert.devices?.filter((name) => !concerned.devices.has(name));
  if (named !== undefined && named.length !== alert.devices?.length) {
    return redactAlert({ ...alert, devices: named }, concerned);
  }
  const isTheirs = (reading: ShownReading): boolean => concerns(alert, reading, concerned);
  const evidence = alert.evidence.filter((reading) => !isTheirs(reading));
  const nearest = alert.nearest !== null && isTheirs(alert.nearest) ? null : alert.nearest;
  if (evidence.length === alert.evidence.length && nearest === alert.nearest) return alert;
  const last = alert.evidence.at(-1);
  if (last === undefined || !isTheirs(last)) return { ...alert, evidence, nearest };
  const causes = alert.causes.map((cause) => ({ ...cause, value: null, usual: null, wouldPass: null, deviation: 0 }));
  // A flow that was violated names its peer.
  const violates = alert.violates === undefined ? {} : { violates: { ...alert.violates, rule: WITHOUT } };
  return { ...alert, ...violates, evidence, nearest, causes, sentence: WITHOUT };
}

/** Whether an alert is about a device of the person, as its own or as one of those that a rule grouped by. */
function isAbout({ device, rule }: Alert, { devices }: Concerned): boolean {
  if (device !== null && devices.has(device)) return true;
  if (rule === undefined) return false;
  const named = rule.events.flatMap(({ actor, resource }) => [actor, resource]);
  return rule.devices.some((name) => devices.has(name)) || named.some((name) => devices.has(name.replace(DEVICE, '')));
}

function concerns({ device, stream }: Alert, { time, values }: ShownReading, concerned: Concerned): boolean {
  return (
    concerned.spans.some(
      (span) => span.stream === stream && span.device === device && time >= span.from && time <= span.to,
    ) ||
    concerned.values.some((one) => {
      const value = values[one.field];
      return one.stream === stream && typeof value === 'number' && one.values.has(value);
    })
  );
}
