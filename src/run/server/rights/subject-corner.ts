import type { SubjectSpan } from '#flow/store/index.ts';
import type { StoredPlace } from '#assure/privacy/index.ts';

/** Everything by which a person is known to the parts that keep something of them. */
export interface KnownSubject {
  readonly places: readonly StoredPlace[];
  /** When which devices sent readings about them. */
  readonly spans: readonly SubjectSpan[];
}

/** A part that keeps something of persons besides the segments and what waits to be in one. */
export interface SubjectCorner {
  /** What it is called in findings and certificates. */
  readonly where: string;
  /** How much of a person is there. */
  count(subject: KnownSubject): Promise<number>;
  /** Takes it out; repeated, it finds nothing. @returns how much went */
  erase(subject: KnownSubject): Promise<number>;
}
