import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { corpora } from '../../../test/support/outside.ts';
import { consentDocument, purposesOf } from './consent-document.ts';
import { AT, consentAt, SECOND } from './testing.ts';

const later = micros(AT + SECOND);
const withdrawn = consentAt({
  events: [...consentAt().events, { kind: 'withdrawn', at: later, purposes: ['care'] }],
  terms: { ...consentAt().terms, notice: { url: 'https://example.com/n', language: 'en' }, method: 'form' },
});

test('consentDocument() tells what happened in order', () => {
  const record = consentDocument(withdrawn, later, 'record') as Record<string, unknown>;
  assert.equal(record['@type'], 'dpv:ConsentRecord');
  assert.equal(record['dct:conformsTo'], 'https://w3id.org/dpv/schema/dpv-27560#record');
  const statuses = record['dpv:hasConsentStatus'] as Record<string, unknown>[];
  assert.deepEqual(
    statuses.map((status) => status['@type']),
    ['dpv:ConsentGiven', 'dpv:ConsentWithdrawn'],
  );
  assert.equal(statuses[0]?.['dpv:hasIndicationMethod'], 'form');
  const expired = consentDocument(consentAt({ expires: later }), later, 'receipt') as Record<string, unknown>;
  assert.deepEqual(
    (expired['dpv:hasConsentStatus'] as Record<string, unknown>[]).at(-1)?.['@type'],
    'dpv:ConsentExpired',
  );
  assert.deepEqual(purposesOf(withdrawn), [
    { purpose: 'care', withdrawn: later },
    { purpose: 'research', withdrawn: null },
  ]);
});

test('consentDocument() names terms of the published vocabularies alone', (t) => {
  const folder = corpora(t, 'standards/dpv');
  const terms = (file: string): ReadonlySet<string> =>
    new Set([...readFileSync(join(folder, file), 'utf8').matchAll(/^"([^"]+)"/gm)].map(([, term]) => term ?? ''));
  const known = new Map([
    ['dpv', terms('dpv.csv')],
    ['pd', terms('pd.csv')],
    ['eu-gdpr', terms('eu-gdpr.csv')],
  ]);
  const fields = ['location', 'personal', 'identifier', 'health'].map((cls) => ({ name: cls, class: cls }));
  const all = { ...withdrawn, expires: micros(later + SECOND), terms: { ...withdrawn.terms, fields } };
  const texts = [
    consentDocument(all, later, 'record'),
    consentDocument(all, micros(later + 2 * SECOND), 'receipt'),
    consentDocument({ ...all, suspended: true }, later, 'record'),
  ].map((document) => JSON.stringify({ ...(document as object), '@context': null }));
  const named = texts.join().matchAll(/"(dpv|pd|eu-gdpr):([A-Za-z0-9-]+)"/g);
  let count = 0;
  for (const [, vocabulary = '', term = ''] of named) {
    count += 1;
    assert.ok(known.get(vocabulary)?.has(term), `${vocabulary}:${term}`);
  }
  assert.ok(count > 50);
});
