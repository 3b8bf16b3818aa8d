import { PlatformError } from '#base/core/index.ts';

export type IdentityErrorCode =
  | 'IDENTITY_CERTIFICATE_INVALID'
  | 'IDENTITY_CERTIFICATE_UNKNOWN'
  | 'IDENTITY_DER_INVALID'
  | 'IDENTITY_DEVICE_EXISTS'
  | 'IDENTITY_DEVICE_INVALID'
  | 'IDENTITY_DEVICE_UNKNOWN'
  | 'IDENTITY_DEVICES_LIMIT'
  | 'IDENTITY_LIFETIME_INVALID'
  | 'IDENTITY_PERSON_EXISTS'
  | 'IDENTITY_PERSON_INVALID'
  | 'IDENTITY_PERSON_UNKNOWN'
  | 'IDENTITY_REVOCATION_INVALID'
  | 'IDENTITY_ROLE_INVALID'
  | 'IDENTITY_TYPE_INVALID';

/** Raised by the authority, the inventory and the list of people. */
export class IdentityError extends PlatformError<IdentityErrorCode> {}
