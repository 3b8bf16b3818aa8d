import { formatMicros, SYSTEM_COLUMNS } from '#base/core/index.ts';
import type { Class, Micros, Millis } from '#base/core/index.ts';
import { keepOf, mainRegion, placeRegion, regionOf, tokenDomainOf } from '#declare/template/index.ts';
import type { Field, Role, Stream, Template } from '#declare/template/index.ts';

/** A column that is stored, as the store knows it. */
export interface StoredElement {
  readonly stream: string;
  readonly column: string;
  readonly class: Class;
}

/** What one stream or table is kept for. Durations in days. */
export interface ProcessingActivity {
  readonly name: string;
  readonly kind: 'stream' | 'table';
  readonly description: string | null;
  /** Article 30(1)(b). */
  readonly purposes: readonly string[];
  /** Article 6(1), as the template says. */
  readonly basis: string | null;
  /** Field that names the persons concerned; null where the readings name nobody. */
  readonly subject: string | null;
  readonly sources: readonly string[];
  /** Article 30(1)(c). */
  readonly elements: readonly {
    readonly name: string;
    readonly class: Class;
    readonly unit: string | null;
    readonly protection: readonly string[];
  }[];
  /** Article 30(1)(d). */
  readonly recipients: readonly {
    readonly role: string;
    readonly purposes: readonly string[];
    readonly sees: readonly string[];
  }[];
  /** Where it has to stay; null where nothing says. */
  readonly region: string | null;
  /** Article 30(1)(f). */
  readonly keep: { readonly leastDays: number | null; readonly mostDays: number | null };
  /** Where readings go after a while, and the region that it stands in; null where they stay. */
  readonly archive: (KeptWhere & { readonly afterDays: number }) | null;
}

/** A place where data are kept, and the region that it stands in; null where nothing says. */
export interface KeptWhere {
  readonly place: string;
  readonly region: string | null;
}

/** A transfer to another region that is in force. Article 30(1)(e). */
export interface RecordedTransfer {
  readonly from: string;
  readonly to: string;
  readonly mechanism: string;
  readonly document: string;
  readonly until: string;
}

/** What of the record the template does not say. */
export interface RecordedWhere {
  /** Backups and the like. */
  readonly places: readonly KeptWhere[];
  readonly transfers: readonly RecordedTransfer[];
}

/** The record of processing activities, made from what runs. @see Regulation (EU) 2016/679 article 30 */
export interface ProcessingRecord {
  readonly format: 'weir.processing-record';
  readonly version: 1;
  readonly at: string;
  readonly name: string;
  readonly description: string | null;
  readonly template: string;
  readonly region: string;
  readonly places: readonly KeptWhere[];
  readonly transfers: readonly RecordedTransfer[];
  readonly activities: readonly ProcessingActivity[];
  /** What the store has and the template does not know. */
  readonly undocumented: readonly StoredElement[];
  /** Article 30(1)(g): what is tried on the running system. */
  readonly measures: readonly { readonly id: string; readonly row: number; readonly statement: string }[];
}

const DAY_MS = 86_400_000;
const SYSTEM: ReadonlySet<string> = new Set(SYSTEM_COLUMNS.map(({ name }) => name));

/**
 * The record as of a moment.
 *
 * @param stored every column that some segment has
 * @param measures controls of the platform
 * @param where places beside those of the template, and transfers that are in force
 */
export function processingRecord(
  template: Template,
  stored: readonly StoredElement[],
  measures: ProcessingRecord['measures'],
  at: Micros,
  where: RecordedWhere,
): ProcessingRecord {
  const own = [...template.streams.values()].filter(({ name }) => !name.startsWith('_'));
  const streams = own.map((stream) => streamActivity(stream, template));
  const tables = [...template.tables.values()].map((table): ProcessingActivity => ({
    name: table.name,
    kind: 'table',
    description: null,
    purposes: table.purposes,
    basis: null,
    subject: null,
    sources: [],
    elements: table.fields.map((field) => elementOf(table.name, field)),
    recipients: recipientsOf(table.name, table.purposes, template),
    region: regionOf(template, table),
    keep: { leastDays: null, mostDays: null },
    archive: null,
  }));
  return {
    format: 'weir.processing-record',
    version: 1,
    at: formatMicros(at),
    name: template.name,
    description: template.description,
    template: template.digest,
    region: template.region,
    places: [...placesOf(template), ...where.places],
    transfers: [...where.transfers],
    activities: [...streams, ...tables],
    undocumented: undocumentedOf(template, stored),
    measures: measures.map(({ id, row, statement }) => ({ id, row, statement })),
  };
}

/** The data directory, and the places that the template names. */
function placesOf(template: Template): readonly KeptWhere[] {
  const named = [...(template.objects?.keys() ?? [])].filter((place) => place !== 'main');
  return [
    { place: 'main', region: mainRegion(template) },
    ...named.map((place) => ({ place, region: placeRegion(template, place) })),
  ];
}

function undocumentedOf(template: Template, stored: readonly StoredElement[]): readonly StoredElement[] {
  const found = new Map<string, StoredElement>();
  for (const element of stored) {
    const { stream, column } = element;
    if (SYSTEM.has(column)) continue;
    const isKnown = template.streams.get(stream)?.fields.some(({ name }) => name === column) === true;
    if (!isKnown) found.set(`${stream}.${column}`, element);
  }
  return [...found.values()];
}

function streamActivity(stream: Stream, template: Template): ProcessingActivity {
  const { name, description, purposes, basis, subject, from, fields } = stream;
  const keep = keepOf(template, stream);
  return {
    name,
    kind: 'stream',
    description,
    purposes,
    basis,
    subject,
    sources: from,
    elements: fields.map((field) => elementOf(name, field)),
    recipients: recipientsOf(name, purposes, template),
    region: regionOf(template, stream),
    keep: { leastDays: daysOf(keep.min), mostDays: daysOf(keep.max) },
    archive: archiveOf(stream, template),
  };
}

function archiveOf({ archive }: Stream, template: Template): ProcessingActivity['archive'] {
  if (archive === undefined) return null;
  return { place: archive.to, region: placeRegion(template, archive.to), afterDays: daysOf(archive.after) };
}

function elementOf(relation: string, field: Field): ProcessingActivity['elements'][number] {
  const domain = tokenDomainOf(relation, field);
  const protection = [
    ...(field.class === 'secret' ? ['refused, never stored'] : ['sealed at rest']),
    ...(domain === null ? [] : [`replaced by tokens of ${domain} on entry`]),
    ...(field.coarsen === undefined
      ? []
      : [`rounded to ${field.coarsen}${field.unit === null ? '' : ` ${field.unit}`}`]),
  ];
  return { name: field.name, class: field.class, unit: field.unit, protection };
}

/** Roles that may query a relation, or a view that is made from it. */
function recipientsOf(
  relation: string,
  purposes: readonly string[],
  template: Template,
): ProcessingActivity['recipients'] {
  const over = new Set([relation]);
  // A view may be made from a view that is declared behind it.
  for (let before = 0; before < over.size;) {
    before = over.size;
    for (const { name, from } of template.views.values()) if (from.some((source) => over.has(source))) over.add(name);
  }
  const sees = ({ query }: Role): boolean => query === 'all' || query.some((name) => over.has(name));
  return [...template.people.values()]
    .filter(sees)
    .map((role) => ({
      role: role.name,
      purposes: role.purposes.filter((purpose) => purposes.includes(purpose)),
      sees: role.sees,
    }))
    .filter((role) => purposes.length === 0 || role.purposes.length > 0);
}

function daysOf(keep: Millis): number;
function daysOf(keep: Millis | null): number | null;
function daysOf(keep: Millis | null): number | null {
  return keep === null ? null : Math.round((keep / DAY_MS) * 100) / 100;
}
