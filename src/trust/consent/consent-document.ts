import { formatMicros } from '#base/core/index.ts';
import type { Json, Micros } from '#base/core/index.ts';
import { stateOf, withdrawnAt } from './consent.ts';
import type { Consent } from './consent.ts';

/**
 * The vocabularies that a record names, inline: nobody has to fetch anything to read it. `location` and its like are
 * classes of fields, whose terms are those of the vocabulary of personal data.
 */
const CONTEXT = {
  dpv: 'https://w3id.org/dpv#',
  pd: 'https://w3id.org/dpv/pd#',
  'eu-gdpr': 'https://w3id.org/dpv/legal/eu/gdpr#',
  dct: 'http://purl.org/dc/terms/',
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  schema: 'https://schema.org/',
} as const;

/** What a class of data is in the vocabulary. */
const CLASS_TERMS: Readonly<Record<string, string>> = {
  location: 'pd:Location',
  personal: 'dpv:PersonalData',
  identifier: 'pd:Identifying',
  health: 'pd:Health',
};

const DAY_MS = 86_400_000;

/**
 * A consent as a record that any system for consents can read.
 *
 * @param as `record` for whoever processes the data, `receipt` for the person
 * @see ISO/IEC TS 27560:2023 in the terms of W3C DPV, dpv-27560
 */
export function consentDocument(consent: Consent, now: Micros, as: 'record' | 'receipt'): Json {
  const { id, terms } = consent;
  const isHealth = terms.fields.some((field) => field.class === 'health');
  return {
    '@context': CONTEXT,
    '@id': `urn:weir:consent:${id}`,
    '@type': as === 'record' ? 'dpv:ConsentRecord' : 'dpv:ConsentReceipt',
    'dct:conformsTo': `https://w3id.org/dpv/schema/dpv-27560#${as}`,
    'dct:identifier': id,
    'dct:created': formatMicros(consent.given),
    'dpv:hasDataSubject': {
      '@id': `urn:weir:subject:${encodeURIComponent(consent.subject)}`,
      '@type': 'dpv:DataSubject',
    },
    'dpv:hasDataController': { '@type': ['dpv:Organisation', 'dpv:DataController'], 'dpv:hasName': terms.controller },
    ...(terms.region === 'unspecified' ? {} : { 'dpv:hasJurisdiction': terms.region }),
    // GDPR Article 6(1)(a); for data of special categories Article 9(2)(a) besides.
    'dpv:hasLegalBasis': isHealth ? ['eu-gdpr:A6-1-a', 'eu-gdpr:A9-2-a'] : ['eu-gdpr:A6-1-a'],
    'dpv:hasProcess': terms.purposes.map((purpose) => processOf(consent, purpose)),
    ...(terms.notice === null
      ? {}
      : {
          'dpv:hasNotice': {
            '@id': terms.notice.url,
            '@type': 'dpv:ConsentNotice',
            ...(terms.notice.language === null ? {} : { 'dct:language': terms.notice.language }),
          },
        }),
    'dpv:hasConsentStatus': statusesOf(consent, now),
    'dpv:hasRight': { '@type': ['dpv:DataSubjectRight', 'eu-gdpr:A7-3'], 'dct:title': 'withdraw consent at any time' },
  };
}

function processOf({ stream, terms }: Consent, purpose: string): Json {
  return {
    '@type': 'dpv:Process',
    'dct:title': stream,
    'dpv:hasPurpose': { '@type': 'dpv:Purpose', 'dct:title': purpose },
    'dpv:hasProcessing': ['dpv:Collect', 'dpv:Store', 'dpv:Use'],
    'dpv:hasPersonalData': terms.fields.map((field) => ({
      '@type': 'dpv:PersonalData',
      'dct:title': field.name,
      'skos:broader': CLASS_TERMS[field.class] ?? 'dpv:PersonalData',
    })),
    ...(terms.recipients.length === 0
      ? {}
      : { 'dpv:hasRecipient': terms.recipients.map((role) => ({ '@type': 'dpv:Recipient', 'dpv:hasName': role })) }),
    ...(terms.keep === null
      ? {}
      : { 'dpv:hasStorageCondition': { '@type': 'dpv:StorageDuration', 'dpv:hasDuration': durationOf(terms.keep) } }),
  };
}

/** What happened, in its order; what is so now comes last. */
function statusesOf(consent: Consent, now: Micros): Json {
  const { expires, terms } = consent;
  const events = consent.events.map(({ kind, at, purposes }) => ({
    '@type': kind === 'given' ? 'dpv:ConsentGiven' : 'dpv:ConsentWithdrawn',
    'dpv:isIndicatedAtTime': formatMicros(at),
    'dpv:isIndicatedBy': 'dpv:DataSubject',
    'dpv:hasPurpose': purposes.map((purpose) => ({ '@type': 'dpv:Purpose', 'dct:title': purpose })),
    ...(kind === 'given' && terms.method !== null ? { 'dpv:hasIndicationMethod': terms.method } : {}),
    ...(kind === 'given' && expires !== null
      ? { 'dpv:hasDuration': { '@type': 'dpv:UntilTimeDuration', 'rdf:value': formatMicros(expires) } }
      : {}),
  }));
  const state = stateOf(consent, now);
  if (state === 'expired' && expires !== null) {
    return [...events, { '@type': 'dpv:ConsentExpired', 'dpv:isIndicatedAtTime': formatMicros(expires) }];
  }
  // Whether it was withdrawn meanwhile is not known.
  return state === 'suspended' ? [...events, { '@type': 'dpv:ConsentUnknown' }] : events;
}

/** Whole days, at least one. @see ISO 8601-1 section 5.5.2 */
function durationOf(ms: number): string {
  return `P${Math.max(1, Math.ceil(ms / DAY_MS))}D`;
}

/** The purposes of a consent, each with when it was withdrawn. */
export function purposesOf(
  consent: Consent,
): readonly { readonly purpose: string; readonly withdrawn: Micros | null }[] {
  return consent.terms.purposes.map((purpose) => ({ purpose, withdrawn: withdrawnAt(consent, purpose) }));
}
