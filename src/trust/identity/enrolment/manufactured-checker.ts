import type { Micros } from '#base/core/index.ts';
import { CLIENT_AUTH } from '../certificate-facts.ts';
import { findPaths } from '../certificates/certificate-path.ts';
import { ATTRIBUTE, attributeOf } from '../certificates/distinguished-name.ts';
import { parseCertificate } from '../certificates/parse-certificate.ts';
import type { ParsedCertificate } from '../certificates/parse-certificate.ts';
import { parsePemCertificates } from '../certificates/pem-certificates.ts';

/** What the certificate of a manufacturer's device is worth. Whether the device is expected is for the list to say. */
export type ManufacturedOutcome =
  | {
      readonly outcome: 'ok';
      /** As the template names it. */
      readonly manufacturer: string;
      /** The serialNumber in the subject. */
      readonly serial: string;
      /** Hex SHA-256 over the DER. */
      readonly fingerprint: string;
    }
  | { readonly outcome: 'refused' };

/** Decides on certificates that manufacturers put into their devices. */
export interface ManufacturedChecker {
  /**
   * @param leaf DER as the peer showed it; untrusted
   * @param chain DER of what it sent beside it; untrusted
   */
  check(leaf: Uint8Array, chain: readonly Uint8Array[], now: Micros): ManufacturedOutcome;
}

const REFUSED: ManufacturedOutcome = { outcome: 'refused' };
/** Certificates between a device's and its anchor that are looked at. */
const MOST_CHAIN = 8;
const LONGEST_SERIAL = 64;

/**
 * A checker for device identifiers of manufacturers: a path to one of a maker's anchors, and exactly one serialNumber
 * in the subject.
 *
 * @param manufacturers by name, with their anchors in PEM
 * @see IEEE 802.1AR-2018 section 8; RFC 5280 section 6.1
 */
export function makeManufacturedChecker(
  manufacturers: ReadonlyMap<string, { readonly anchors: string }>,
): ManufacturedChecker {
  const makers = [...manufacturers].map(([name, { anchors }]) => ({ name, anchors: parsePemCertificates(anchors) }));
  return {
    check(leaf, chain, now) {
      const certificate = makers.length === 0 ? null : parseCertificate(leaf);
      if (certificate === null || certificate.extensions.basicConstraints?.ca === true) return REFUSED;
      const between = chain.slice(0, MOST_CHAIN).map(parseCertificate);
      const authorities = between.filter((one): one is ParsedCertificate => one !== null);
      const maker = makers.find(({ anchors }) => holds(certificate, authorities, anchors, now));
      const serial = attributeOf(certificate.subject, ATTRIBUTE.serialNumber);
      if (maker === undefined || serial === null || serial === '' || serial.length > LONGEST_SERIAL) return REFUSED;
      return { outcome: 'ok', manufacturer: maker.name, serial, fingerprint: certificate.fingerprint };
    },
  };
}

function holds(
  leaf: ParsedCertificate,
  authorities: readonly ParsedCertificate[],
  anchors: readonly ParsedCertificate[],
  now: Micros,
): boolean {
  const found = findPaths(leaf, authorities, anchors, { usage: CLIENT_AUTH });
  const seconds = Math.floor(now / 1_000_000);
  return found.found && found.paths.some(({ notBefore, notAfter }) => seconds >= notBefore && seconds <= notAfter);
}
