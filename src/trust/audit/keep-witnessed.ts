import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '#base/core/index.ts';
import type { Millis } from '#base/core/index.ts';
import type { NoteVerifier } from '#base/crypto/index.ts';
import type { AuditLog } from './audit-log.ts';
import { proveConsistency } from './prove-entry.ts';
import { requestCosignature } from './request-cosignature.ts';
import type { CosignatureAnswer } from './request-cosignature.ts';

export interface KeepWitnessedOptions {
  /** The witness's submission prefix. */
  readonly url: string;
  readonly witness: readonly NoteVerifier[];
  /** Time between two requests while the log grows. */
  readonly every: Millis;
  /** Hears every answer, so that a refusal becomes an alert. */
  readonly onAnswer: (answer: CosignatureAnswer) => void;
  /** Hears that what was cosigned could not be published, as on a full disk: it is asked for again. */
  readonly onFailure: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * Has a log's newest checkpoint cosigned by a witness, again whenever the log has grown, until the signal.
 * What the witness answers decides nothing for the log itself: it goes on, and its checkpoint stays without cosignature.
 */
export async function keepWitnessed(log: AuditLog, options: KeepWitnessedOptions): Promise<void> {
  let knownSize = 0;
  let witnessed: string | null = null;
  while (!options.signal.aborted) {
    const checkpoint = log.checkpoint;
    if (checkpoint.text !== witnessed) {
      const answer = await requestCosignature({
        url: options.url,
        witness: options.witness,
        checkpoint,
        proofFrom: (oldSize) => proveConsistency(log.source, oldSize, checkpoint.size),
        knownSize,
        signal: options.signal,
      });
      if (answer.outcome === 'cosigned') {
        const published = log.publishWitnessed(answer.note);
        await published.then(() => ([knownSize, witnessed] = [checkpoint.size, checkpoint.text]), options.onFailure);
      }
      if (!options.signal.aborted) options.onAnswer(answer);
    }
    await sleep(options.every, undefined, { signal: options.signal, ref: false }).catch((error: unknown) => {
      if (!hasCode(error, 'ABORT_ERR')) throw error;
    });
  }
}
