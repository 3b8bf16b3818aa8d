import type { CatalogueTransaction } from '#base/storage/index.ts';
import type { EnrolRequest } from '../enrol-request.ts';
import { IdentityError } from '../errors.ts';

/** Who asks for a first certificate, as a token or a manufacturer's certificate has proved. */
export interface Enrolee {
  readonly request: EnrolRequest;
  /** The log's word for what let it in. */
  readonly by: 'token' | 'manufacturer';
  /** Marks what let it in as used; throws where that was done already. */
  readonly use: (tx: CatalogueTransaction) => Promise<void>;
  /** Names the token or the entry of the list, in the log and among uses that are under way. */
  readonly key: string;
}

/** All but `ok` look alike from outside and are told apart in the log only. */
export type EnroleeOutcome =
  | { readonly outcome: 'ok'; readonly enrolee: Enrolee }
  | { readonly outcome: 'malformed' | 'unknown' | 'expired' | 'used' };

/** What is said to whoever comes with something that is spent, unknown or expired. */
export function alreadyUsed(): IdentityError {
  return new IdentityError(
    'IDENTITY_ENROLMENT_UNAUTHENTICATED',
    'Cannot enrol: what lets a device in is missing or spent',
    {
      hint: 'Send a token of weir device token as password, or connect with the certificate of a listed manufacturer',
    },
  );
}
