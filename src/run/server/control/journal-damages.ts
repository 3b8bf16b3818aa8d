import type { AuditSink, Log } from '#base/core/index.ts';
import type { JournalDamage } from '#flow/journal/index.ts';

/** Files that cannot be read to their end, as a process finds them; each is told to the log. */
export class JournalDamages {
  readonly #found = new Map<string, JournalDamage>();
  readonly #actor: string;
  readonly #kind: 'journal' | 'windows';
  readonly #parts: { readonly audit: AuditSink; readonly log: Log };

  /** @param kind of the files, as the log names them */
  constructor(actor: string, kind: 'journal' | 'windows', parts: { readonly audit: AuditSink; readonly log: Log }) {
    this.#actor = actor;
    this.#kind = kind;
    this.#parts = parts;
  }

  get all(): readonly JournalDamage[] {
    return [...this.#found.values()];
  }

  note(damage: JournalDamage): void {
    const { file, offset, reason } = damage;
    this.#found.set(file, damage);
    const { audit, log } = this.#parts;
    audit
      .append({
        actor: this.#actor,
        action: 'find-damage',
        resource: `${this.#kind}:${file}`,
        outcome: 'failed',
        reason,
        detail: { offset },
      })
      .catch((error: unknown) => log.error({ error: String(error), file }, 'damage of a file could not be logged'));
  }

  /** Forgets one that is gone. */
  forget(file: string): void {
    this.#found.delete(file);
  }

  /** Forgets what was found, for a process that looks anew. */
  clear(): void {
    this.#found.clear();
  }
}
