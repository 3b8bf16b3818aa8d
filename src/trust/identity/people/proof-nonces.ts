import { millis, minutes } from '#base/core/index.ts';
import type { Clock, Random } from '#base/core/index.ts';
import { MacKey } from '#base/crypto/index.ts';

/** How long one is given out, and how many of these times it counts. */
const STEP = minutes(1);
const STEPS = 5;
/** How long a nonce counts at least. */
export const NONCE_LIFE = millis((STEPS - 1) * STEP);
const FORM = /^([0-9a-z]{1,12})\.([\w-]{43})$/;

/**
 * Nonces for proofs of possession: who has none of the last minutes did not make the proof now, whatever its time says.
 * None is remembered: each is a time under a key of this process, so that after a restart all are asked for anew.
 *
 * @see RFC 9449 sections 8 and 9
 */
export class ProofNonces {
  readonly #clock: Clock;
  readonly #key: MacKey;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#key = MacKey.fromBytes(random.bytes(32));
  }

  /** The one that counts longest. */
  current(): string {
    return this.#at(this.#step());
  }

  /** @param nonce untrusted */
  counts(nonce: unknown): boolean {
    const [, time = ''] = typeof nonce === 'string' ? (FORM.exec(nonce) ?? []) : [];
    const age = this.#step() - Number.parseInt(time, 36);
    return age >= 0 && age < STEPS && this.#at(Number.parseInt(time, 36)) === nonce;
  }

  #step(): number {
    return Math.floor(this.#clock.monotonicMs() / STEP);
  }

  #at(step: number): string {
    return `${step.toString(36)}.${Buffer.from(this.#key.mac(`dpop-nonce ${step}`)).toString('base64url')}`;
  }
}
