export { KeysError } from './errors.ts';
export type { KeysErrorCode } from './errors.ts';
export type { Custody, CustodyKind } from './custody.ts';
export { createFileCustody, inspectFileCustody, openFileCustody, restoreFileCustody } from './file-custody.ts';
export type { FileCustody, RootGuard } from './file-custody.ts';
export { KeyRing, openKeyRing } from './key-ring.ts';
export type { KeyRingParts, ShownKey } from './key-ring.ts';
export type { ColumnDomain, DataKey } from './data-keys.ts';
export type { DataKeyStock } from './data-key-stock.ts';
export type { FileKey, FileKind } from './file-keys.ts';
export type { KeyUse } from './key-log.ts';
export { keyDigest } from './key-log.ts';
export { readKeyFolder, readKeyRows, removeKeyRows, writeKeyFolder, writeKeyRows } from './key-copy.ts';
export type { FindingKeys, PurposeKey } from './purpose-keys.ts';
export { KEY_KINDS } from './key-lifecycle.ts';
export type {
  Destruction,
  DigestHolding,
  KeyKind,
  KeyLifecycle,
  KeyVersion,
  Rotation,
  SealedHolding,
  ShownHolding,
} from './key-lifecycle.ts';
export { inspectCustody, requirePlace } from './custody-place.ts';
export type { CustodyPlace } from './custody-place.ts';
export { beginMove, createPlacedCustody, openCustody } from './open-custody.ts';
export type { CustodySecrets, MoveTarget, MovingCustody } from './open-custody.ts';
