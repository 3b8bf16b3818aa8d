import { encodeUtf8 } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { Severity } from '#watch/detect/index.ts';
import { SEVERITIES } from '#watch/detect/index.ts';
import type { Alert } from './alert.ts';
import { Groups } from './groups.ts';

/** One step of an incident: an alert of detectors, one of a rule over the log, or an entry of the log itself. */
export interface Step {
  readonly kind: 'alert' | 'rule' | 'event';
  /** Id of the alert; of an entry, its place in the log as text. */
  readonly alert: string;
  readonly device: string | null;
  readonly stream: string | null;
  readonly start: number;
  readonly severity: Severity;
  readonly techniques: readonly string[];
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
  /** Networks that it came from, as far as the log names them. */
  readonly addresses: readonly string[];
  readonly techniques: readonly string[];
  readonly steps: readonly Step[];
}

/** Alerts of one device, network or person this close belong together; so do those of one cause on several devices. */
export const NEAR = 900_000_000;
export const AT_ONCE = 60_000_000;

/** What makes alerts belong together: a word that they share, within a time. */
const LINKS: readonly { readonly gap: number; readonly words: (alert: Alert) => readonly string[] }[] = [
  { gap: NEAR, words: devicesOf },
  { gap: NEAR, words: ({ rule }) => rule?.addresses ?? [] },
  { gap: NEAR, words: ({ rule }) => rule?.actors ?? [] },
  {
    gap: AT_ONCE,
    words: ({ stream, causes, rule }) =>
      rule === undefined ? [JSON.stringify([stream, causes[0]?.field ?? null])] : [],
  },
  { gap: AT_ONCE, words: ({ techniques }) => techniques ?? [] },
];

/**
 * Groups alerts into incidents: two belong together where one begins within fifteen minutes of the other's end on the
 * same device, from the same network, by the same person, or on a device and one that speaks for it; or within a minute
 * by the same first cause on the same stream, or with the same technique; and so does all that these link. What comes out is a
 * function of the set of alerts, whatever the order of their coming. Takes n log n steps for n alerts, however many.
 *
 * @param speakersOf names of the devices that speak for a device; none by default
 */
export function correlate(
  alerts: readonly Alert[],
  speakersOf: (device: string) => readonly string[] = () => [],
): readonly Incident[] {
  const sorted = alerts.toSorted((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
  const groups = new Groups(sorted.length);
  for (const { gap, words } of LINKS) link(sorted, groups, gap, words);
  linkSpeakers(sorted, groups, speakersOf);
  const byRoot = new Map<number, Alert[]>();
  for (const [i, alert] of sorted.entries()) {
    const root = groups.rootOf(i);
    const members = byRoot.get(root);
    if (members === undefined) byRoot.set(root, [alert]);
    else members.push(alert);
  }
  return [...byRoot.values()].map(incidentOf);
}

/** The devices that an alert is about. */
export function devicesOf({ device, devices, rule }: Pick<Alert, 'device' | 'devices' | 'rule'>): readonly string[] {
  // Those that it is about, and not the word for all of them.
  if (devices !== undefined) return devices;
  const named = rule?.devices ?? [];
  return device === null || named.includes(device) ? named : [device, ...named];
}

/** Joins each alert with those of its words that end last before it, where these are close enough. */
function link(sorted: readonly Alert[], groups: Groups, gap: number, words: (alert: Alert) => readonly string[]): void {
  const last = new Map<string, { place: number; end: number }>();
  for (const [place, alert] of sorted.entries()) {
    for (const word of words(alert)) {
      const before = last.get(word);
      if (before !== undefined && alert.start - before.end <= gap) {
        groups.join(place, before.place);
        before.end = Math.max(before.end, alert.end);
      } else last.set(word, { place, end: alert.end });
    }
  }
}

/** Joins alerts of a device with those of one that speaks for it; two that only have the same speaker stay apart. */
function linkSpeakers(
  sorted: readonly Alert[],
  groups: Groups,
  speakersOf: (device: string) => readonly string[],
): void {
  const spoken = new Map<string, { place: number; end: number }[]>();
  const speaking = new Map<string, { place: number; end: number }>();
  for (const [place, alert] of sorted.entries()) {
    for (const device of devicesOf(alert)) {
      for (const speaker of speakersOf(device)) {
        const spoke = speaking.get(speaker);
        if (spoke !== undefined && alert.start - spoke.end <= NEAR) groups.join(place, spoke.place);
        else spoken.set(speaker, [...(spoken.get(speaker) ?? []), { place, end: alert.end }]);
      }
      // Each waits for one alert of its speaker: after that it is joined.
      for (const { place: other, end } of spoken.get(device) ?? [])
        if (alert.start - end <= NEAR) groups.join(place, other);
      spoken.delete(device);
      const known = speaking.get(device);
      speaking.set(device, { place, end: Math.max(known?.end ?? 0, alert.end) });
    }
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
    devices: sortedSet(members.flatMap(devicesOf)),
    addresses: sortedSet(members.flatMap(({ rule }) => rule?.addresses ?? [])),
    techniques: sortedSet(members.flatMap(({ techniques }) => techniques ?? [])),
    steps: members.map(({ id, device, stream, start, severity, sentence, rule, techniques }): Step => ({
      kind: rule === undefined ? 'alert' : 'rule',
      alert: id,
      device,
      stream,
      start,
      severity,
      techniques: techniques ?? [],
      sentence,
    })),
  };
}

function sortedSet(words: readonly string[]): readonly string[] {
  return [...new Set(words)].sort();
}
