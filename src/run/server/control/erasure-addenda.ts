import { canonicalJson, encodeUtf8, formatMicros, makeId, parseRfc3339 } from '#base/core/index.ts';
import type { AuditSink, Clock, Json, Random } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { Catalogue } from '#base/storage/index.ts';
import type { Erasures } from '#flow/store/index.ts';
import type { BackupTarget } from '../backup/backup-targets.ts';

/** Type of the payload of an addendum. */
export const ADDENDUM_TYPE = 'application/vnd.weir.erasure-addendum.v1+json';

export interface ErasureAddendaParts {
  readonly catalogue: Catalogue;
  readonly erasures: Erasures;
  /** Where this platform is backed up to. */
  readonly targets: () => Promise<readonly Pick<BackupTarget, 'id' | 'last'>[]>;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
  /** Signs a statement of this platform. */
  readonly sign: (type: string, statement: Json) => Promise<string>;
}

const ACTOR = 'weir:backup';

/**
 * Adds to certificates of erasures what came about after they were signed: backups that were away then, and hold a state
 * from after the erasure by now.
 *
 * @see docs/formats/erasure-certificate.md
 */
export class ErasureAddenda {
  readonly #parts: ErasureAddendaParts;
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: ErasureAddendaParts) {
    this.#parts = parts;
  }

  /** Looks which backups have confirmed since, and signs that; one look at a time. */
  tend(): Promise<void> {
    const step = (): Promise<void> => this.#tend();
    this.#turn = this.#turn.then(step, step);
    return this.#turn;
  }

  async #tend(): Promise<void> {
    const { catalogue, erasures, targets } = this.#parts;
    const waiting = await catalogue.transaction((tx) => erasures.unconfirmed(tx));
    if (waiting.length === 0) return;
    const last = new Map((await targets()).map((target) => [target.id, target.last]));
    for (const [certificate, rows] of Map.groupBy(waiting, (row) => row.certificate)) {
      const copies = rows.flatMap(({ target, at }) => {
        const moment = last.get(target)?.at;
        // What it holds by now was taken after the keys were destroyed.
        return moment !== undefined && (parseRfc3339(moment) ?? 0) > at
          ? [{ target, confirmed: true, at: moment }]
          : [];
      });
      if (copies.length > 0) await this.#amend(certificate, rows[0]!.digest, copies);
    }
  }

  async #amend(
    certificate: string,
    digest: string,
    copies: readonly { readonly target: string; readonly confirmed: boolean; readonly at: string }[],
  ): Promise<void> {
    const { catalogue, erasures, audit, clock, random, sign } = this.#parts;
    const [id, at] = [makeId(clock, random), clock.now()];
    const statement: Json = {
      format: 'weir.erasure-addendum',
      version: 1,
      id,
      at: formatMicros(at),
      amends: { certificate, digest },
      copies: copies.map((copy) => ({ ...copy })),
    };
    const text = await sign(ADDENDUM_TYPE, statement);
    await audit.append({
      actor: ACTOR,
      action: 'amend-certificate',
      resource: `certificate:${id}`,
      outcome: 'done',
      digest: sha256Hex(encodeUtf8(canonicalJson(statement))),
      detail: { certificate, confirmed: copies.length },
    });
    const confirmed = copies.map(({ target }) => target);
    await catalogue.transaction((tx) => erasures.amend(tx, certificate, confirmed, { id, text, at }));
  }
}
