export { CryptoError } from './errors.ts';
export type { CryptoErrorCode } from './errors.ts';
export {
  ALGORITHMS,
  algorithmOf,
  CERTIFICATE_ALGORITHMS,
  CHECKPOINT_ALGORITHMS,
  findAlgorithm,
  isQuantumSafe,
  listAlgorithms,
} from './algorithms.ts';
export type { AlgorithmId, CertificateAlgorithm, CheckpointAlgorithm } from './algorithms.ts';
export type { Algorithm, SignatureForm } from './algorithm.ts';
export { TLS_GROUPS, TLS_SUITES, tlsOffer } from './tls-algorithms.ts';
export type { TlsGroup, TlsSuite } from './tls-algorithms.ts';
export { AeadKey, AEAD_KEY_LENGTH, AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH } from './aead.ts';
export { digestBytes, Sha256, sha256, sha256Hex, hmacSha256 } from './digest.ts';
export { AEAD_LIMITS, AEAD_MOST_BYTES } from './aead-limits.ts';
export type { AeadLimit, NonceScheme } from './aead-limits.ts';
export { pooledRandom, systemRandom } from './random.ts';
export { hkdfSha256 } from './hkdf.ts';
export { wrapKey, unwrapKey } from './wrap.ts';
export { derivePassphraseKey, makePassphraseParameters } from './passphrase.ts';
export type { PassphraseParameters } from './passphrase.ts';
export { splitSecret, combineShares } from './shamir.ts';
export type { Share } from './shamir.ts';
export { emptyTreeRoot, hashLeaf, hashNode, MERKLE_HASH_LENGTH } from './merkle-hash.ts';
export { CompactRange, foldRange, planRange, planSpan } from './merkle-range.ts';
export type { MerkleNode } from './merkle-range.ts';
export {
  buildProof,
  MERKLE_PROOF_LIMIT,
  planConsistencyProof,
  planInclusionProof,
  verifyConsistencyProof,
  verifyInclusionProof,
} from './merkle-proof.ts';
export type { MerkleProofPlan } from './merkle-proof.ts';
export { SIGNATURE_ALGORITHMS, SIGNATURE_SIZES, SIGNING_SEED_LENGTH, SigningKey, VerifyingKey } from './signature.ts';
export type { SignatureAlgorithm, Signer } from './signature.ts';
export {
  formatNoteKey,
  isNoteKeyName,
  NOTE_KEY_TYPES,
  noteKeyId,
  noteSigner,
  parseNoteKey,
  parseNoteVerifier,
  readNoteKey,
} from './signed-note-key.ts';
export type { NoteAlgorithm, NoteSigner, NoteVerifier } from './signed-note-key.ts';
export {
  formatSignatureLine,
  NOTE_LENGTH_LIMIT,
  NOTE_SIGNATURES_LIMIT,
  openNote,
  parseNote,
  parseSignatureLine,
  signNote,
} from './signed-note.ts';
export type { NoteSignature, OpenedNote, UnverifiedNote } from './signed-note.ts';
export { envelopeKeys, openEnvelope, signEnvelope } from './signed-envelope.ts';
export type { OpenedEnvelope } from './signed-envelope.ts';
export { MacKey } from './mac-key.ts';
export { isToken, TokenKey } from './token-key.ts';
export type { TokenMaker } from './token-key.ts';
export { FormatTokenKey, tokenFormatProblem } from './format-token-key.ts';
export type { TokenFormat } from './format-token-key.ts';
export { ShownTokens } from './shown-tokens.ts';
export { contentDigest, isContentDigest } from './content-digest.ts';
export { isHttpSignature, signatureAlgorithmOf, signatureBase, signHttp } from './http-signature.ts';
export type { HttpSignatureAlgorithm, SignedMessage } from './http-signature.ts';
export { httpSigningKey, httpVerifyingKey } from './http-signature-key.ts';
export type { HttpSignatureKey } from './http-signature-key.ts';
export { signRequest } from './sign-request.ts';
export type { RequestToSign } from './sign-request.ts';
export { parseByteSequences, parseInnerLists } from './structured-field.ts';
export type { InnerList } from './structured-field.ts';
export { FLEET_SUM_PARAMETERS, FleetSum, MOST_FLEET_VALUE } from './fleet-sum.ts';
export type { FleetKeys, FleetMoments } from './fleet-sum.ts';
export { BUCKETS, hashBucket } from './hash-bucket.ts';
