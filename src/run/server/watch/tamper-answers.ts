import { SealedTable } from '#base/storage/index.ts';
import type { Catalogue, RowSealer } from '#base/storage/index.ts';
import { TAMPER_KINDS } from '#declare/template/index.ts';
import type { Finding } from '#watch/detect/index.ts';
import { WATCH_ANSWERED } from '#watch/respond/index.ts';
import type { Alert, AlertBook } from '#watch/respond/index.ts';
import { containTampered } from './contain-tampered.ts';
import type { ContainParts } from './contain-tampered.ts';

export interface TamperAnswersParts extends ContainParts {
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  readonly alerts: Pick<AlertBook, 'raise' | 'changedAfter' | 'latestChange'>;
}

const TAMPERING = { name: 'tampering' } as const;

/**
 * Raises findings, and answers those that are signs of tampering as types of devices have it declared. How far they were
 * answered is kept: what a crash left unanswered is answered at the next start, once more if need be.
 */
export class TamperAnswers {
  readonly #parts: TamperAnswersParts;
  readonly #table: SealedTable<typeof WATCH_ANSWERED.key, typeof WATCH_ANSWERED.clear>;
  #before: Promise<void> = Promise.resolve();
  /** False while an alert may be without its answer. */
  #settled = false;

  private constructor(parts: TamperAnswersParts) {
    this.#parts = parts;
    this.#table = new SealedTable(WATCH_ANSWERED, parts.sealer);
  }

  /** Answers what is owed from before. The catalogue must have the tables of the wing. */
  static async open(parts: TamperAnswersParts): Promise<TamperAnswers> {
    const answers = new TamperAnswers(parts);
    // Where nothing is known of it, as in catalogues of before, nothing is owed.
    if ((await answers.#reached()) === null) await answers.#keep(parts.alerts.latestChange);
    await answers.#settle();
    return answers;
  }

  /** Takes findings in their order; resolves once they are kept and answered. */
  raise(findings: readonly Finding[]): Promise<void> {
    const done = this.#before.then(() => this.#raise(findings));
    this.#before = done.catch(() => {});
    return done;
  }

  async #raise(findings: readonly Finding[]): Promise<void> {
    if (!this.#settled) await this.#settle();
    this.#settled = false;
    await this.#answer(await this.#parts.alerts.raise(findings));
    this.#settled = true;
  }

  /** Answers alerts that were raised after what was answered last. */
  async #settle(): Promise<void> {
    const reached = (await this.#reached()) ?? 0;
    const owed: Alert[] = [];
    for await (const alert of this.#parts.alerts.changedAfter(reached)) {
      // One that changed since is answered as it was raised.
      if (alert.raised > reached) owed.push({ ...alert, changed: alert.raised });
    }
    await this.#answer(owed);
    this.#settled = true;
  }

  async #answer(alerts: readonly Alert[]): Promise<void> {
    const tampering = alerts.filter(({ violates }) => TAMPER_KINDS.some((kind) => kind === violates?.kind));
    if (tampering.length === 0) return;
    await containTampered(this.#parts, tampering);
    await this.#keep(Math.max(...tampering.map(({ raised }) => raised)));
  }

  async #reached(): Promise<number | null> {
    return (await this.#table.get(this.#parts.catalogue, TAMPERING))?.reached ?? null;
  }

  async #keep(reached: number): Promise<void> {
    const known = (await this.#reached()) ?? 0;
    const row = { ...TAMPERING, reached: Math.max(known, reached) };
    await this.#parts.catalogue.transaction((tx) => this.#table.put(tx, row, null));
  }
}
