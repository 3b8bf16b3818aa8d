import { htmlList, htmlPage, htmlTable, escapeHtml } from './html.ts';
import type { ProcessingActivity, ProcessingRecord } from './processing-record.ts';

/** A part of a notice: sentences for those whom the data are about. */
export interface NoticeSection {
  readonly title: string;
  readonly sentences: readonly string[];
}

/** What the bases of article 6(1) are called where people read it. */
const BASES: Readonly<Record<string, string>> = {
  consent: 'because you agreed; you can take that back at any time',
  contract: 'because a contract with you needs it',
  'legal-obligation': 'because the law demands it',
  'vital-interests': 'because a life may depend on it',
  'public-task': 'because a public task needs it',
  'legitimate-interests': 'because we have an interest in it that does not outweigh yours; you can object',
};
const PERSONAL: ReadonlySet<string> = new Set(['location', 'personal', 'identifier', 'health']);

/** The notice that a record of processing makes, in plain words. @see Regulation (EU) 2016/679 articles 12 to 14 */
export function privacyNotice(record: ProcessingRecord): readonly NoticeSection[] {
  const personal = record.activities.filter(isPersonal);
  if (personal.length === 0) {
    return [{ title: 'What we keep about you', sentences: ['We keep nothing that is about a person.'] }];
  }
  return [
    ...personal.map((activity) => ({ title: titleOf(activity), sentences: sentencesOf(activity) })),
    {
      title: 'Where it is',
      sentences: [
        record.region === 'unspecified'
          ? 'Where it is kept is not declared.'
          : `It is kept in the region ${record.region}.`,
      ],
    },
    {
      title: 'What you can ask',
      sentences: [
        'You can ask what we keep about you, have it in a form that machines read, and have it erased.',
        'You can ask that we keep it and show it to nobody while something is disputed.',
        'We answer within a month. You can complain to the authority for data protection where you live.',
      ],
    },
  ];
}

/** The notice as a page. */
export function noticePage(record: ProcessingRecord): string {
  const body = privacyNotice(record)
    .map(({ title, sentences }) => `<h2>${escapeHtml(title)}</h2>\n${htmlList(sentences)}`)
    .join('\n');
  return htmlPage(`Privacy at ${record.name}`, body);
}

/** The record as a page. */
export function recordPage(record: ProcessingRecord): string {
  const parts = record.activities.map((activity) => {
    const { elements, recipients } = activity;
    return [
      `<h2>${escapeHtml(`${activity.kind} ${activity.name}`)}</h2>`,
      htmlList([
        `purposes: ${activity.purposes.join(', ') || 'none declared'}`,
        `basis: ${activity.basis ?? 'none declared'}`,
        `persons: ${activity.subject ?? 'none named'}`,
        `kept: ${keptFor(activity)}`,
        ...(activity.archive === null ? [] : [`archive: ${archivedTo(activity.archive)}`]),
        `has to stay in: ${activity.region ?? 'no named region'}`,
      ]),
      htmlTable(
        ['element', 'class', 'unit', 'protection'],
        elements.map(({ name, class: cls, unit, protection }) => [name, cls, unit ?? '', protection.join(', ')]),
      ),
      htmlTable(
        ['recipient', 'purposes', 'sees'],
        recipients.map(({ role, purposes, sees }) => [role, purposes.join(', '), sees.join(', ')]),
      ),
    ].join('\n');
  });
  const undocumented = record.undocumented.map(({ stream, column, class: cls }) => `${stream}.${column} (${cls})`);
  return htmlPage(
    `Record of processing: ${record.name}`,
    [
      htmlList([`as of ${record.at}`, `region ${record.region}`, `template ${record.template}`]),
      `<h2>Where</h2>\n${htmlTable(
        ['place', 'region'],
        record.places.map(({ place, region }) => [place, region ?? 'not named']),
      )}`,
      `<h2>Transfers to other regions</h2>\n${
        record.transfers.length === 0
          ? '<p>None is in force.</p>'
          : htmlTable(
              ['from', 'to', 'mechanism', 'document', 'until'],
              record.transfers.map(({ from, to, mechanism, document, until }) => [
                from,
                to,
                mechanism,
                document,
                until,
              ]),
            )
      }`,
      `<h2>Undocumented</h2>\n${undocumented.length === 0 ? '<p>Nothing is stored that the template does not know.</p>' : htmlList(undocumented)}`,
      ...parts,
      `<h2>Measures</h2>\n${htmlTable(
        ['control', 'promise'],
        record.measures.map(({ id, statement }) => [id, statement]),
      )}`,
    ].join('\n'),
  );
}

function isPersonal({ subject, elements }: ProcessingActivity): boolean {
  return subject !== null || elements.some(({ class: cls }) => PERSONAL.has(cls));
}

function titleOf({ name, description }: ProcessingActivity): string {
  return description ?? name;
}

function sentencesOf(activity: ProcessingActivity): readonly string[] {
  const { elements, purposes, basis, recipients } = activity;
  const kept = elements.filter(({ class: cls }) => cls !== 'secret');
  const tokens = elements.filter(({ protection }) => protection.some((one) => one.startsWith('replaced by tokens')));
  return [
    `We keep: ${kept.map(({ name }) => name).join(', ')}.`,
    `We use it for: ${purposes.join(', ') || 'no declared purpose'}.`,
    basis === null ? 'On which legal basis is not declared.' : `We may do so ${BASES[basis] ?? basis}.`,
    `It is kept ${keptFor(activity)}.`,
    ...(tokens.length === 0
      ? []
      : [`In place of ${tokens.map(({ name }) => name).join(', ')} we keep a code that says nothing by itself.`]),
    recipients.length === 0
      ? 'Nobody sees it.'
      : `Those who may see some of it: ${recipients.map(({ role }) => role).join(', ')}.`,
  ];
}

function archivedTo({ place, region, afterDays }: NonNullable<ProcessingActivity['archive']>): string {
  return `${place}, in ${region ?? 'no named region'}, after ${afterDays} days`;
}

function keptFor({ keep: { leastDays, mostDays } }: ProcessingActivity): string {
  if (mostDays === null)
    return leastDays === null ? 'without a declared end' : `at least ${leastDays} days, without a declared end`;
  return leastDays === null ? `at most ${mostDays} days` : `at least ${leastDays} and at most ${mostDays} days`;
}
