import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { corpora } from '../../../../test/support/outside.ts';
import { findPaths } from './certificate-path.ts';
import { parseCertificate } from './parse-certificate.ts';
import type { ParsedCertificate } from './parse-certificate.ts';

interface LimboCase {
  readonly id: string;
  readonly validation_kind: 'CLIENT' | 'SERVER';
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  readonly validation_time: string | null;
  readonly max_chain_depth: number | null;
  readonly expected_result: 'SUCCESS' | 'FAILURE';
}

const BROWSERS = 'a rule of the CA/Browser Forum for public servers, which RFC 5280 does not have';
const HOST_NAMES = 'about the host name of a server, which nobody asks of a client';

/** Cases that do not apply to a verifier of client certificates; `docs/testing-certificates.md` lists them. */
const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  'webpki::aki::root-with-aki-ski-mismatch': BROWSERS,
  'webpki::cn::punycode-not-in-san': HOST_NAMES,
  'webpki::cn::utf8-vs-punycode-mismatch': HOST_NAMES,
  'webpki::cn::case-mismatch': HOST_NAMES,
  'webpki::eku::ee-anyeku': BROWSERS,
  'webpki::eku::root-has-eku': BROWSERS,
  'webpki::san::public-suffix-multi-label-wildcard-san': HOST_NAMES,
  'webpki::san::public-suffix-private-namespace-wildcard-san': HOST_NAMES,
  'webpki::san::no-san': BROWSERS,
  'webpki::san::san-critical-with-nonempty-subject': BROWSERS,
  'webpki::ca-as-leaf': `${BROWSERS}; it contradicts rfc5280::ca-as-leaf, and the check of a device's profile refuses it`,
};

const USAGE = { CLIENT: '1.3.6.1.5.5.7.3.2', SERVER: '1.3.6.1.5.5.7.3.1' } as const;

function read(pem: string): ParsedCertificate | null {
  const base64 = /-----BEGIN CERTIFICATE-----([\s\S]*)-----END/.exec(pem)?.[1] ?? '';
  return parseCertificate(new Uint8Array(Buffer.from(base64, 'base64')));
}

function holds(one: LimboCase): boolean {
  const leaf = read(one.peer_certificate);
  if (leaf === null) return false;
  const all = (pems: readonly string[]) => pems.map(read).filter((certificate) => certificate !== null);
  const depth = one.max_chain_depth === null ? {} : { depth: one.max_chain_depth };
  const question = { usage: USAGE[one.validation_kind], ...depth };
  const outcome = findPaths(leaf, all(one.untrusted_intermediates), all(one.trusted_certs), question);
  // Cases without a time were made in 2023 and hold for decades.
  const now = Math.floor(Date.parse(one.validation_time ?? '2024-06-01T00:00:00Z') / 1_000);
  return outcome.found && outcome.paths.some(({ notBefore, notAfter }) => now >= notBefore && now <= notAfter);
}

test('findPaths() decides every case of x509-limbo that applies to a verifier of client certificates', (t) => {
  const file = corpora(t, 'standards/x509-limbo/limbo.json');
  const { testcases } = JSON.parse(readFileSync(file, 'utf8')) as { testcases: readonly LimboCase[] };
  const applicable = testcases.filter(({ id }) => NOT_APPLICABLE[id] === undefined);
  const wrong = applicable.filter((one) => holds(one) !== (one.expected_result === 'SUCCESS')).map(({ id }) => id);
  assert.deepEqual(wrong, []);
  assert.equal(applicable.length, testcases.length - Object.keys(NOT_APPLICABLE).length);
  assert.ok(applicable.length >= 80, `only ${applicable.length} cases are there`);
});

test('each case of x509-limbo that does not apply is listed in the documentation', () => {
  const page = readFileSync(new URL('../../../../docs/testing-certificates.md', import.meta.url), 'utf8');
  for (const id of Object.keys(NOT_APPLICABLE)) assert.ok(page.includes(`\`${id}\``), `${id} is not listed`);
});
