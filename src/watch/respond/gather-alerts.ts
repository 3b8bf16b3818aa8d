import type { Finding } from '#watch/detect/index.ts';
import type { Alert } from './alert.ts';
import { alertOf, mergeFinding, overlaps } from './merge-finding.ts';
import { subjectOf } from './subject-of.ts';

/** Makes findings of a past into alerts as the book of alerts does with live ones, in memory and without answers. */
export class GatheredAlerts {
  readonly #alerts = new Map<string, Alert>();
  readonly #bySubject = new Map<string, string[]>();

  /** Takes a finding, or how one goes on. @param now epoch microseconds */
  take(finding: Finding, now: number): void {
    const id = this.#alerts.has(finding.id) ? finding.id : (this.#overlapping(finding) ?? finding.id);
    const known = this.#alerts.get(id);
    this.#alerts.set(id, known === undefined ? alertOf(finding, now) : mergeFinding(known, finding, now));
    if (known !== undefined) return;
    const subject = subjectOf(finding);
    const of = this.#bySubject.get(subject);
    if (of === undefined) this.#bySubject.set(subject, [id]);
    else of.push(id);
  }

  /** In the order in which they began. */
  get all(): readonly Alert[] {
    return [...this.#alerts.values()].sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
  }

  #overlapping(finding: Finding): string | undefined {
    const ids = this.#bySubject.get(subjectOf(finding)) ?? [];
    // The one that ended first, as the book has it.
    const found = ids.map((id) => this.#alerts.get(id)!).filter((alert) => overlaps(alert, finding));
    return found.sort((a, b) => a.end - b.end || (a.id < b.id ? -1 : 1))[0]?.id;
  }
}
