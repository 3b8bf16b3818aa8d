import type { Micros } from '#base/core/index.ts';
import { CERTIFICATE_ALGORITHMS } from '#base/crypto/index.ts';
import type { CertificateAlgorithm } from '#base/crypto/index.ts';
import { adviseDevice } from '#trust/identity/index.ts';
import type { EncryptionAdvice } from '#trust/identity/index.ts';
import type { Services } from './services.ts';

/** What is known of a device that is advised, or is about to be enrolled. */
export interface AdvisedRecord {
  readonly type: string;
  /** When it was enrolled, in epoch microseconds; now by default. */
  readonly created?: Micros;
  readonly profile?: { readonly cannot?: readonly string[] } | null;
}

/** What a device should be encrypted with, by the table of `weir advise encryption`; null where the template has no such type. */
export function adviceFor(
  { type, created, profile }: AdvisedRecord,
  { templates, clock }: Pick<Services, 'templates' | 'clock'>,
): EncryptionAdvice | null {
  const now = clock.now();
  return adviseDevice(templates.current, { type, created: created ?? now, cannot: profile?.cannot ?? null }, now);
}

/** The kind of key that an advice names; the usual one where it names none that is certified, as a shared secret. */
export function advisedKey(advice: EncryptionAdvice | null): CertificateAlgorithm {
  const named = advice?.parts.find(({ part }) => part === 'device key')?.algorithm;
  return CERTIFICATE_ALGORITHMS.find((one) => one === named) ?? CERTIFICATE_ALGORITHMS[0];
}
