import { seconds } from '#base/core/index.ts';
import type { Clock, Log } from '#base/core/index.ts';
import { keepWitnessed, parseCosignerKey } from '#trust/audit/index.ts';
import type { AuditLog, CosignatureAnswer } from '#trust/audit/index.ts';
import type { Identity } from '#trust/identity/index.ts';
import { heedWitness, settleTrust } from './settle-trust.ts';
import type { WitnessPlace } from './settle-trust.ts';

const EVERY = seconds(1);

export interface WitnessingParts {
  readonly audit: AuditLog;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly log: Log;
}

/** What witnesses say of the log: asked at the start whether it is whole, and then to cosign each new checkpoint. */
export class Witnessing implements Disposable {
  readonly #parts: WitnessingParts;
  readonly #stopping = new AbortController();
  /** What was said last; null where nobody was asked. */
  last: CosignatureAnswer | null;

  private constructor(parts: WitnessingParts, last: CosignatureAnswer | null) {
    this.#parts = parts;
    this.last = last;
  }

  /** Settles, before anybody is let in, what of the log counts, with a witness or without one. */
  static async settle(parts: WitnessingParts, witness: WitnessPlace | null): Promise<Witnessing> {
    const { audit, identity, clock, log } = parts;
    return new Witnessing(parts, await settleTrust(audit, identity, { witness, clock, log }));
  }

  /** Has each new checkpoint cosigned from now on. A refusal is logged as an error, and what it says of the log acted upon. */
  by(witness: WitnessPlace): void {
    const { audit, identity, clock, log } = this.#parts;
    const { url } = witness;
    const onAnswer = (answer: CosignatureAnswer): void => {
      this.last = answer;
      if (answer.outcome !== 'cosigned') log.error({ url, outcome: answer.outcome }, 'the witness did not cosign');
      heedWitness(answer, audit, identity, { witness, clock, log }).catch((error: unknown) =>
        log.error({ error: String(error) }, 'what the witness said could not be acted upon'),
      );
    };
    const onFailure = (error: unknown): void =>
      log.error({ url, error: String(error) }, 'what the witness cosigned could not be published, trying on');
    const keys = witness.keys.map((key) => parseCosignerKey(key));
    void keepWitnessed(audit, { url, witness: keys, every: EVERY, onAnswer, onFailure, signal: this.#stopping.signal });
  }

  [Symbol.dispose](): void {
    this.#stopping.abort();
  }
}
