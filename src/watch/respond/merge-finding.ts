import type { Finding, FiredDetector } from '#watch/detect/index.ts';
import type { Alert } from './alert.ts';

/** An alert of a finding that was not known. */
export function alertOf(finding: Finding, now: number): Alert {
  return { ...finding, state: 'new', raised: now, changed: now, answers: [] };
}

/**
 * What an alert becomes when its finding is told again, further on or from further back: the same whatever the order
 * and however often, so that reading the journal again after a crash changes nothing.
 *
 * @returns the alert itself where nothing changes
 */
export function mergeFinding(alert: Alert, finding: Finding, now: number): Alert {
  const detectors = mergeDetectors(alert.detectors, finding.detectors);
  const end = Math.max(alert.end, finding.end);
  // It is over once that was told, unless it goes on beyond the end that was known.
  const open =
    finding.end > alert.end ? finding.open : finding.end < alert.end ? alert.open : alert.open && finding.open;
  const clearer = timesBeyond(finding.detectors) > timesBeyond(alert.detectors);
  const devices = unionOf(alert.devices, finding.devices);
  const { causes, nearest, evidence, sentence, severity } = clearer ? finding : alert;
  const { rule } = (finding.rule?.total ?? 0) > (alert.rule?.total ?? 0) ? finding : alert;
  const changed =
    rule !== alert.rule ||
    devices?.length !== alert.devices?.length ||
    open !== alert.open ||
    end !== alert.end ||
    clearer ||
    !sameDetectors(detectors, alert.detectors);
  if (!changed) return alert;
  return {
    ...alert,
    ...(rule === undefined ? {} : { rule }),
    ...(devices === undefined ? {} : { devices }),
    detectors,
    end,
    open,
    causes,
    nearest,
    evidence,
    sentence,
    severity,
    changed: now,
  };
}

/** Whether a finding is what an alert of the same device and stream tells of already. */
export function overlaps(alert: Pick<Alert, 'start' | 'end'>, finding: Pick<Finding, 'start' | 'end'>): boolean {
  return finding.start <= alert.end && alert.start <= finding.end;
}

function unionOf(a: readonly string[] | undefined, b: readonly string[] | undefined): readonly string[] | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return [...new Set([...a, ...b])].sort();
}

function mergeDetectors(a: readonly FiredDetector[], b: readonly FiredDetector[]): readonly FiredDetector[] {
  const byName = new Map(a.map((one) => [one.name, one]));
  for (const one of b) {
    const known = byName.get(one.name);
    if (known === undefined) byName.set(one.name, one);
    else {
      byName.set(one.name, {
        name: one.name,
        score: Math.max(known.score, one.score),
        limit: Math.min(known.limit, one.limit),
        readings: Math.max(known.readings, one.readings),
      });
    }
  }
  return [...byName.values()].sort((x, y) => y.score / y.limit - x.score / x.limit || (x.name < y.name ? -1 : 1));
}

function sameDetectors(a: readonly FiredDetector[], b: readonly FiredDetector[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ name, score, readings }, i) => {
      const other = b[i]!;
      return name === other.name && score === other.score && readings === other.readings;
    })
  );
}

function timesBeyond(detectors: readonly FiredDetector[]): number {
  return Math.max(0, ...detectors.map(({ score, limit }) => score / limit));
}
