import { severityOf } from './finding.ts';
import type { Finding, FiredDetector } from './finding.ts';

/** A reading that something found beyond a limit. */
export interface Alarm {
  /** Of whoever found it: a detector, a dearer tier, a rule. */
  readonly name: string;
  readonly score: number;
  readonly limit: number;
  /** Epoch microseconds. */
  readonly time: number;
  /** Charges a false alarm to whoever found it; once for each finding. */
  readonly charge: () => void;
  /** The finding that it begins, or that it explains more clearly than what was said before. */
  readonly explain: (own: FiredDetector) => Finding;
}

/** What is going on at a device: alarms that follow each other closely are one finding, told as it grows. */
export class OpenFinding {
  /** Null while nothing is going on. */
  current: Finding | null = null;

  /** Takes an alarm; adds what has to be told to `found`. */
  beyond(alarm: Alarm, found: Finding[]): void {
    const { name, score, limit, time } = alarm;
    const open = this.current;
    const known = open?.detectors.find((one) => one.name === name);
    const readings = (known?.readings ?? 0) + 1;
    // Limits are those of fields: the farthest beyond its own is told, with it.
    const farther = known === undefined || score / limit > known.score / known.limit;
    const own = { name, score: farther ? score : known.score, limit: farther ? limit : known.limit, readings };
    if (known === undefined) alarm.charge();
    if (open === null) {
      this.current = alarm.explain(own);
      found.push(this.current);
      return;
    }
    const detectors = [...open.detectors.filter((one) => one.name !== name), own].sort(
      (a, b) => b.score / b.limit - a.score / a.limit,
    );
    const [farthest] = detectors;
    // Whoever says it most clearly explains it; while it lasts the explanation stays, unless it becomes graver.
    const graver = own === farthest && farther && severityOf(score, limit) !== open.severity;
    const told = known === undefined || graver ? alarm.explain(own) : open;
    const { causes, nearest, evidence, sentence } = farthest === own ? told : open;
    this.current = {
      ...open,
      detectors,
      // Checks see what comes late, too.
      end: Math.max(open.end, time),
      severity: severityOf(farthest!.score, farthest!.limit),
      causes,
      nearest,
      evidence,
      sentence,
    };
    // Told where something new is to be told, at 10, 100, 1,000 … readings, and when it is over.
    if (told !== open || Number.isInteger(Math.log10(readings))) found.push(this.current);
  }

  /** Ends what is going on where nothing was unusual for some time. */
  pass(time: number, quietMicros: number, found: Finding[]): void {
    if (this.current === null || time - this.current.end <= quietMicros) return;
    found.push({ ...this.current, open: false });
    this.current = null;
  }
}
