import type { AuditSink, Clock, Log, Millis, Random } from '#base/core/index.ts';
import type { CertificateAlgorithm } from '#base/crypto/index.ts';
import type { Catalogue, RowSealer } from '#base/storage/index.ts';
import type { SignInRules } from '#declare/template/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import type { DeclaredProfile } from './profile/security-profile.ts';

/** What the template declares, as far as identity asks. Read each time, since a template may change while running. */
export interface Declared {
  hasDeviceType(type: string): boolean;
  /** The types that there are, for whoever names another. */
  deviceTypes?(): readonly string[];
  /** Types that devices of a type may be allowed to publish for. */
  speaksFor(type: string): readonly string[];
  hasRole(role: string): boolean;
  /** Life and renewal window of certificates for devices of a type. */
  certificate(type: string): CertificateTerms;
  /** Manufacturers whose own certificates let devices of a type enrol. */
  manufacturers(type: string): readonly string[];
  /** How people and programs sign in. */
  signIn(): SignInRules;
  /** Names that the platform is reached by, besides the loopback ones. */
  hosts(): readonly string[];
  /** Most devices that the inventory takes. */
  maxDevices(): number;
  /** What a type of device is declared to be; null for one that is not declared. */
  profile?(type: string): DeclaredProfile | null;
  /** How long a good report of a device's state counts; null for ever. */
  postureFresh?(type: string): Millis | null;
  /** What is done about devices of a type of which there seem to be two; an alert by default. */
  clones?(type: string): CloneAnswer;
  /** What new certificates are signed with; ECDSA P-256 where nothing is said. */
  certificateAlgorithm?(): CertificateAlgorithm;
  /** Where lists of revoked certificates and OCSP are had, such as `http://weir.example.com:8080`; null where nowhere. */
  statusUrl?(): string | null;
}

/** What is done about a clone: it is told, the newer one is cut off, or both are. */
export type CloneAnswer = 'alert' | 'cut-newer' | 'cut-both';

/** How long a device's certificate lives, and how long before its end it may be renewed. */
export interface CertificateTerms {
  readonly life: Millis;
  readonly renewBefore: Millis;
}

/** What the parts of this room work with. */
export interface IdentityContext {
  readonly deployment: string;
  readonly catalogue: Catalogue;
  readonly keys: KeyRing;
  readonly machines: RowSealer;
  readonly people: RowSealer;
  readonly declared: Declared;
  readonly audit: AuditSink;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}
