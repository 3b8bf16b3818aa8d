import { micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import type { Consent } from './consent.ts';
import { FOREVER, MOST_PURPOSES } from './consent-table.ts';
import type { ConsentChange, ConsentEntry } from './consent-table.ts';
import { standingOf } from './standing.ts';

/** Persons whose readings may be used for a purpose, and from which time on, side by side. */
export interface StandingSubjects {
  readonly subjects: readonly string[];
  /** Epoch microseconds: what was received earlier stays out. */
  readonly since: Float64Array;
}

/** What was worked out of the consents to one stream and purpose, until one of them changes or ends. */
interface Remembered extends StandingSubjects {
  readonly goodUntil: number;
}

/** All consents in memory: by id, and by stream and person. */
export class ConsentIndex {
  readonly #byId = new Map<string, Consent>();
  readonly #bySubject = new Map<string, Map<string, Consent[]>>();
  /** Names of the purposes of a stream; places are the numbers that gateways know them by. */
  readonly #purposes = new Map<string, string[]>();
  readonly #standing = new Map<string, Remembered>();

  load(consents: readonly Consent[]): void {
    this.#byId.clear();
    this.#bySubject.clear();
    this.#standing.clear();
    for (const consent of consents) this.put(consent);
  }

  put(consent: Consent): void {
    const { id, stream, subject } = consent;
    const subjects = this.#bySubject.get(stream) ?? new Map<string, Consent[]>();
    const others = (subjects.get(subject) ?? []).filter((other) => other.id !== id);
    this.#bySubject.set(stream, subjects.set(subject, [...others, consent]));
    this.#byId.set(id, consent);
    for (const key of this.#standing.keys()) if (key.startsWith(`${stream}\n`)) this.#standing.delete(key);
  }

  find(id: string): Consent | null {
    return this.#byId.get(id) ?? null;
  }

  all(): Consent[] {
    return [...this.#byId.values()];
  }

  of(stream: string, subject: string): readonly Consent[] {
    return this.#bySubject.get(stream)?.get(subject) ?? [];
  }

  standing(stream: string, purpose: string, now: Micros): StandingSubjects {
    const key = `${stream}\n${purpose}`;
    const known = this.#standing.get(key);
    if (known !== undefined && now < known.goodUntil) return known;
    const subjects: string[] = [];
    const since: number[] = [];
    let goodUntil = Infinity;
    for (const [subject, consents] of this.#bySubject.get(stream) ?? []) {
      const standing = standingOf(consents, purpose, now);
      if (standing === null) continue;
      subjects.push(subject);
      since.push(standing.since);
      goodUntil = Math.min(goodUntil, standing.until ?? Infinity);
    }
    const worked = { subjects, since: Float64Array.from(since), goodUntil };
    this.#standing.set(key, worked);
    return worked;
  }

  excluded(stream: string, purpose: string, now: Micros): readonly string[] {
    return [...(this.#bySubject.get(stream) ?? [])].flatMap(([subject, consents]) => {
      const everAgreed = consents.some(({ terms }) => terms.purposes.includes(purpose));
      return everAgreed && standingOf(consents, purpose, now) === null ? [subject] : [];
    });
  }

  /** What a gateway has to know of the persons whom these consents are about. */
  change(consents: readonly Consent[], now: Micros): ConsentChange {
    const entries = new Map<string, ConsentEntry>();
    const purposes: Record<string, readonly string[]> = {};
    for (const { stream, subject } of consents) {
      const key = `${stream}\n${subject}`;
      if (!entries.has(key)) entries.set(key, this.#entryOf(stream, subject, now));
      purposes[stream] = this.#purposes.get(stream) ?? [];
    }
    return { purposes, entries: [...entries.values()] };
  }

  #entryOf(stream: string, subject: string, now: Micros): ConsentEntry {
    const consents = this.of(stream, subject);
    const until: number[] = [];
    for (const purpose of new Set(consents.flatMap(({ terms }) => terms.purposes))) {
      const number = this.#numberOf(stream, purpose);
      // What has no number counts as no consent, until the platform starts anew.
      if (number === null) continue;
      while (until.length <= number) until.push(0);
      const standing = standingOf(consents, purpose, now);
      until[number] = standing === null ? 0 : secondsOf(standing.until);
    }
    return { stream, subject, until };
  }

  #numberOf(stream: string, purpose: string): number | null {
    const names = this.#purposes.get(stream) ?? [];
    this.#purposes.set(stream, names);
    const known = names.indexOf(purpose);
    if (known !== -1) return known;
    return names.length < MOST_PURPOSES ? names.push(purpose) - 1 : null;
  }
}

/** Whole seconds, down: a consent ends no later than it says. */
function secondsOf(until: Micros | null): number {
  return until === null ? FOREVER : Math.min(Math.floor(micros(until) / 1e6), FOREVER - 1);
}
