import { encodeUtf8 } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { Severity } from '#watch/detect/index.ts';
import { SEVERITIES } from '#watch/detect/index.ts';
import type { Alert } from './alert.ts';

/** One step of an incident. */
export interface Step {
  readonly alert: string;
  readonly device: string;
  readonly stream: string;
  readonly start: number;
  readonly severity: Severity;
  readonly sentence: string;
}

/** Alerts that belong together, in the order in which they began. */
export interface Incident {
  /** Digest of its earliest alert, so that it stays the same while it grows. */
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly open: boolean;
  readonly severity: Severity;
  readonly devices: readonly string[];
  readonly steps: readonly Step[];
}

/** Alerts of one device this close belong together; so do those of one cause on several devices. */
const DEVICE_GAP = 900_000_000;
const CAUSE_GAP = 60_000_000;

/**
 * Groups alerts into incidents: two belong together where one begins within fifteen minutes of the other's end on the
 * same device, or within a minute on the same stream by the same first cause; and so does all that these link. What comes out is a
 * function of the set of alerts, whatever the order of their coming. Takes n log n steps for n alerts, however many.
 */
export function correlate(alerts: readonly Alert[]): readonly Incident[] {
  const sorted = alerts.toSorted((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
  const groups = new Groups(sorted.length);
  link(sorted, groups, DEVICE_GAP, ({ device }) => device);
  link(sorted, groups, CAUSE_GAP, ({ stream, causes }) => JSON.stringify([stream, causes[0]?.field ?? null]));
  const byRoot = new Map<number, Alert[]>();
  for (const [i, alert] of sorted.entries()) {
    const root = groups.rootOf(i);
    const members = byRoot.get(root);
    if (members === undefined) byRoot.set(root, [alert]);
    else members.push(alert);
  }
  return [...byRoot.values()].map(incidentOf);
}

/** Joins each alert with the one of its key that ends last before it, where that is close enough. */
function link(sorted: readonly Alert[], groups: Groups, gap: number, keyOf: (alert: Alert) => string): void {
  const last = new Map<string, { place: number; end: number }>();
  for (const [place, alert] of sorted.entries()) {
    const key = keyOf(alert);
    const before = last.get(key);
    if (before !== undefined && alert.start - before.end <= gap) {
      groups.join(place, before.place);
      before.end = Math.max(before.end, alert.end);
    } else last.set(key, { place, end: alert.end });
  }
}

function incidentOf(members: readonly Alert[]): Incident {
  const [first] = members as [Alert, ...Alert[]];
  const grave = Math.max(...members.map(({ severity }) => SEVERITIES.indexOf(severity)));
  return {
    id: sha256Hex(encodeUtf8(`incident ${first.id}`)).slice(0, 32),
    start: first.start,
    end: members.reduce((end, alert) => Math.max(end, alert.end), first.end),
    open: members.some(({ open }) => open),
    severity: SEVERITIES[grave] ?? 'low',
    devices: [...new Set(members.map(({ device }) => device))].sort(),
    steps: members.map(({ id, device, stream, start, severity, sentence }) => ({
      alert: id,
      device,
      stream,
      start,
      severity,
      sentence,
    })),
  };
}

/** Disjoint sets. @see Tarjan, "Efficiency of a good but not linear set union algorithm" (1975) */
class Groups {
  readonly #above: Int32Array;

  constructor(size: number) {
    this.#above = Int32Array.from({ length: size }, (_, i) => i);
  }

  rootOf(place: number): number {
    let root = place;
    while (this.#above[root] !== root) root = this.#above[root]!;
    for (let at = place; at !== root;) {
      const next = this.#above[at]!;
      this.#above[at] = root;
      at = next;
    }
    return root;
  }

  /** The earlier one leads. */
  join(a: number, b: number): void {
    const [one, other] = [this.rootOf(a), this.rootOf(b)];
    this.#above[Math.max(one, other)] = Math.min(one, other);
  }
}
