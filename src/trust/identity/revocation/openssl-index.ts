import { X509Certificate } from 'node:crypto';
import type { Micros } from '#base/core/index.ts';

/**
 * One line of the index of `openssl ca`: a certificate that was taken back.
 *
 * @param certificate PEM
 * @see openssl-ca(1): the fields are state, end, revocation with reason, serial number, file, subject
 */
export function formatIndexLine(certificate: string, revoked: Micros): string {
  const { validToDate, serialNumber, subject } = new X509Certificate(certificate);
  const ends = timeOf(validToDate.getTime());
  const taken = `${timeOf(Math.floor(revoked / 1_000))},cessationOfOperation`;
  // One name on a line; openssl shows the most significant first.
  const name = subject
    .split('\n')
    .map((part) => `/${part}`)
    .join('');
  return `${['R', ends, taken, serialNumber, 'unknown', name].join('\t')}\n`;
}

/** Two digits of the year up to 2049, as UTCTime has them, four from 2050 on. @param at epoch milliseconds */
function timeOf(at: number): string {
  const digits = `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
  return digits < '2050' ? digits.slice(2) : digits;
}
