export { IdentityError } from './errors.ts';
export type { IdentityErrorCode } from './errors.ts';
export { Identity, openIdentity } from './identity.ts';
export type { IdentityParts } from './identity.ts';
export type { ClientCredential } from './client-credential.ts';
export { PROBE_CREDENTIAL_KINDS } from './probe-credentials.ts';
export type { ProbeCredentialKind } from './probe-credentials.ts';
export type { CertificateTerms, Declared } from './identity-context.ts';
export type { Authorities, AuthorityRecord } from './authorities.ts';
export type { AuthorityCertificates } from './certificate-authority.ts';
export type { ServerCertificate } from './server-certificate.ts';
export { makeCertificateChecker } from './certificate-facts.ts';
export { describe as describeCertificate } from './sign-certificate.ts';
export { GIVEN_REASONS, requireReason } from './revocation/revocation-reason.ts';
export type { RevocationReason } from './revocation/revocation-reason.ts';
export type { LogGap, LogHistory } from './revocation/continuity.ts';
export { OCSP_REQUEST_LIMIT } from './revocation/ocsp.ts';
export type { RevokeOutcome } from './revocation/revocations.ts';
export { REVOKED_SLOTS, RevokedSet } from './revocation/revoked-set.ts';
export { requireSerial } from './revocation/revoke-target.ts';
export type { RevokeTarget } from './revocation/revoke-target.ts';
export { packSerials } from './revocation/serial-key.ts';
export type { CertificateChecker, CertificateFacts, CertificateOutcome, CheckerTrust } from './certificate-facts.ts';
export { formatSubjectUri, parseSubjectNames } from './subject-uri.ts';
export type { Subject } from './subject-uri.ts';
export type { DeviceBundle, DeviceCertificate, DeviceDescription, Inventory } from './inventory.ts';
export type { EnrolRequest } from './enrol-request.ts';
export type { Enrolment, NewEnrolToken } from './enrolment/enrolment.ts';
export type { Enrolee, EnroleeOutcome } from './enrolment/enrolee.ts';
export { MOST_EXPECTED } from './enrolment/expected-list.ts';
export type { ExpectedDevice, ListResult } from './enrolment/expected-list.ts';
export { decodeRequest, MAX_REQUEST_BYTES } from './enrolment/certificate-request.ts';
export { makeManufacturedChecker } from './enrolment/manufactured-checker.ts';
export type { ManufacturedChecker, ManufacturedOutcome } from './enrolment/manufactured-checker.ts';
export { basicPassword } from './enrolment/enrol-token.ts';
export { certsOnly, EST_MEDIA, requestAttributes } from './enrolment/est-messages.ts';
export type { Posture } from './profile/posture.ts';
export { declaredProfile } from './profile/security-profile.ts';
export type { DeclaredProfile, SecurityProfile } from './profile/security-profile.ts';
export { DEVICE_STATES } from './device-directory.ts';
export type {
  DeviceRecord,
  DeviceState,
  DirectoryChange,
  DirectoryEntry,
  DirectorySnapshot,
} from './device-directory.ts';
export { OPERATOR } from './people.ts';
export type { NewToken, People, Person, SignIn } from './people.ts';
export { enrolHints } from './enrol-hints.ts';
export type { EnrolHints, HintInput } from './enrol-hints.ts';
export { DEVICE_FLAG, DeviceTable, SEQ, markOf } from './device-table.ts';
export type { SeqVerdict } from './device-table.ts';
export type { DeviceTableSize } from './device-table-layout.ts';
export { ReadingHash } from './device-table-hash.ts';
export { PendingReadings } from './device-table-pending.ts';
export { rebuildFromBatch } from './device-table-rebuild.ts';
export type { RebuildContext } from './device-table-rebuild.ts';
export { restoreWindows, snapshotWindows } from './device-table-windows.ts';
export type { SeqWindow, WindowSnapshot } from './device-table-windows.ts';
