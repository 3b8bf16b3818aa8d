import { canonicalJson, decodeUtf8, encodeUtf8, formatMicros, parseRfc3339 } from '#base/core/index.ts';
import type { AuditEvent, Json, Micros } from '#base/core/index.ts';
import type { RowSealer } from '#base/storage/index.ts';
import { dueDate, withoutOriginals } from '#assure/privacy/index.ts';
import type { Rectification, RequestKind, StoredPlace, SubjectRequest } from '#assure/privacy/index.ts';

/** Actions of the entries by which a request comes and goes. */
export const ASKED: Readonly<Record<RequestKind, string>> = {
  erase: 'erase-subject',
  restrict: 'restrict-subject',
  rectify: 'rectify-subject',
  export: 'export-subject',
};
export const LIFTED = 'lift-restriction';
export const CERTIFIED = 'certify-erasure';

/** Why a rectification waits whose values went with an older catalogue. */
export const LOST =
  'what is right was lost with the catalogue: ask for the correction again; until then these rows are hidden';

/** Characters of one text in the detail of an entry, and how many texts one entry takes of a request. */
const TEXT = 512;
const MOST_TEXTS = 12;
/** Places of one entry: so many fit whatever they are called. */
const PLACES = 12;

type PlaceForm = readonly [
  relation: string,
  kind: StoredPlace['kind'],
  column: string,
  type: StoredPlace['type'],
  domain: string | null,
  values: readonly (string | number)[],
  digests: readonly (string | number)[],
];

/**
 * The entries by which the log knows of a request: what the person is called where is sealed in them, as tokens and keyed
 * digests, so that it can be done again over an older copy of everything else.
 */
export function requestEntries(actor: string, request: SubjectRequest, sealer: RowSealer): readonly AuditEvent[] {
  const places = withoutOriginals(request.places).map((place): PlaceForm => [
    place.relation,
    place.kind,
    place.column,
    place.type,
    place.domain,
    place.values,
    place.digests,
  ]);
  const parts = Array.from({ length: Math.max(1, Math.ceil(places.length / PLACES)) }, (_, part) =>
    places.slice(part * PLACES, (part + 1) * PLACES),
  );
  return parts.map((part) => ({
    actor,
    action: ASKED[request.kind],
    resource: `subject:${request.person}`,
    outcome: 'done',
    detail: {
      request: request.id,
      received: formatMicros(request.received),
      again: request.again,
      ...(request.change === undefined ? {} : changeDetail(request.change)),
      ...sealedTexts(part as unknown as Json, request.id, sealer),
    },
  }));
}

/** What is corrected where; not to what: the log is never erased, and the value is about a person. */
function changeDetail({ stream, values, from, to }: Rectification): Readonly<Record<string, string>> {
  return {
    stream,
    fields: (values ?? [])
      .map(({ column }) => column)
      .join(', ')
      .slice(0, TEXT),
    ...(from === null ? {} : { from: formatMicros(from) }),
    ...(to === null ? {} : { to: formatMicros(to) }),
  };
}

/** A rectification that the log knows of: what is right is not known any more. */
function changeOf(detail: NonNullable<AuditEvent['detail']>): Rectification {
  const time = (name: string): Micros | null => {
    const text = detail[name];
    return typeof text === 'string' ? parseRfc3339(text) : null;
  };
  return { stream: String(detail['stream'] ?? ''), values: null, from: time('from'), to: time('to') };
}

/** The entry by which a restriction ends. */
export function liftEntry(actor: string, { id, person }: SubjectRequest): AuditEvent {
  return { actor, action: LIFTED, resource: `subject:${person}`, outcome: 'done', detail: { request: id } };
}

/** What the log says of requests, whatever the catalogue says. */
export class RequestFold {
  readonly #sealer: RowSealer;
  readonly requests = new Map<string, SubjectRequest>();
  /** Requests that came to their end, and by what. */
  readonly ended = new Map<string, 'lifted' | 'done'>();

  constructor(sealer: RowSealer) {
    this.#sealer = sealer;
  }

  /** Takes one entry into account; entries come in the order of the log. */
  take({ action, outcome, resource, detail }: AuditEvent): void {
    const id = detail?.['request'];
    if (outcome !== 'done' || typeof id !== 'string') return;
    if (action === LIFTED) this.ended.set(id, 'lifted');
    else if (action === CERTIFIED) this.ended.set(id, 'done');
    // Others leave nothing that would have to be done again.
    const kind = (['erase', 'restrict', 'rectify'] as const).find((each) => ASKED[each] === action);
    const received = typeof detail?.['received'] === 'string' ? parseRfc3339(detail['received']) : null;
    if (kind === undefined || received === null) return;
    const known = this.requests.get(id);
    const places = [...(known?.places ?? []), ...this.#places(id, detail ?? {})];
    const request = this.#request(id, kind, resource, received, detail?.['again'] === 'allow', places);
    this.requests.set(id, kind === 'rectify' ? { ...request, change: changeOf(detail ?? {}), problem: LOST } : request);
  }

  #request(
    id: string,
    kind: 'erase' | 'restrict' | 'rectify',
    resource: string,
    received: Micros,
    allows: boolean,
    places: readonly StoredPlace[],
  ): SubjectRequest {
    return {
      id,
      kind,
      state: kind === 'restrict' ? 'standing' : 'open',
      received,
      due: dueDate(received),
      finished: null,
      certificate: null,
      person: resource.replace(/^subject:/, ''),
      again: allows ? 'allow' : 'refuse',
      places,
      problem: null,
      rewritten: null,
      erased: {},
    };
  }

  #places(id: string, detail: NonNullable<AuditEvent['detail']>): readonly StoredPlace[] {
    let text = '';
    for (let i = 1; typeof detail[`sealed${i}`] === 'string'; i += 1) text += String(detail[`sealed${i}`]);
    const opened = this.#sealer.open(aadOf(id), Buffer.from(text, 'base64url'));
    const forms = JSON.parse(decodeUtf8(opened)) as readonly PlaceForm[];
    return forms.map(([relation, kind, column, type, domain, values, digests]) => ({
      relation,
      kind,
      column,
      type,
      domain,
      values,
      digests,
    }));
  }
}

function sealedTexts(value: Json, id: string, sealer: RowSealer): Readonly<Record<string, string>> {
  const text = Buffer.from(sealer.seal(aadOf(id), encodeUtf8(canonicalJson(value)))).toString('base64url');
  const texts = text.match(new RegExp(`.{1,${TEXT}}`, 'g')) ?? [];
  if (texts.length > MOST_TEXTS) throw new RangeError('places of a person are too long for an entry');
  return Object.fromEntries(texts.map((part, i) => [`sealed${i + 1}`, part]));
}

function aadOf(id: string): Uint8Array {
  return encodeUtf8(`weir/subject-request/1/${id}`);
}
