import { micros, toHex } from '#base/core/index.ts';
import type { AuditSink, Batch, Clock, Log, Micros, Random } from '#base/core/index.ts';
import type { Objects, Catalogue, CatalogueTransaction } from '#base/storage/index.ts';
import { keepOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { subjectPlaces } from '#assure/privacy/index.ts';
import type { Consenting, FrozenPiece } from '#flow/query/index.ts';
import { receiptOf } from '#flow/store/index.ts';
import type { Consents } from '#trust/consent/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import type { Caller } from '../api/caller.ts';
import { ApiError } from '../api/errors.ts';
import type { QueryRequest } from '../api/services.ts';
import type { StreamedReply } from '../api/streamed-reply.ts';
import type { Frozen } from '../query/answer-freezer.ts';
import type { QueryService } from '../query/query-service.ts';
import {
  commitmentDigest,
  DATASET_PREFIX,
  endOf,
  erasureOf,
  keptOf,
  referenceOf,
  sizeOf,
  sourcesOf,
} from './dataset.ts';
import type { Dataset, DatasetObject, DatasetRequest } from './dataset.ts';
import type { DatasetBook, GoneDataset } from './dataset-book.ts';
import { DatasetDraft } from './dataset-draft.ts';
import { deleteObject, handlesOfDataset, openObject } from './dataset-rows.ts';
import { datasetRelation } from './dataset-relation.ts';
import type { ShownDomains } from '../tokens/shown-domains.ts';
import { asHolder, frozenRelations, maySee } from './dataset-sight.ts';
import { matchingRows, namedIn, subjectColumnsOf, withdrawnRows } from './subject-rows.ts';
import type { KnownColumns } from './subject-rows.ts';
import { withoutPerson } from './without-person.ts';

export interface DatasetKeeperParts {
  readonly book: DatasetBook;
  readonly catalogue: Catalogue;
  readonly objects: Objects;
  readonly keys: KeyRing;
  readonly queries: Pick<QueryService, 'freeze' | 'access' | 'run'>;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly template: () => Template;
  readonly consents: Pick<Consents, 'standing'>;
  readonly shown: Pick<ShownDomains, 'domainOf' | 'domainsOf' | 'forms' | 'versions'>;
}

/** A dataset that somebody's rows are in. */
export interface ConcernedDataset {
  readonly name: string;
  readonly version: number;
  /** How many rows are theirs; all where it has no column that could tell. */
  readonly rows: number;
}

/** Rows that a version shows no more, and of how many persons. */
export interface LeftOut {
  readonly subjects: number;
  readonly rows: number;
}

/** What a version leaves out, and what it was and who consented when that was looked at. */
interface Looked {
  readonly revision: number;
  readonly standing: object | null;
  readonly leftOut: LeftOut;
}

/** By what a person is known: columns of streams and tables, and what stands there for them. */
export type SubjectPlaces = readonly {
  readonly relation: string;
  readonly column: string;
  readonly values: ReadonlySet<string>;
}[];

const NAME = /^[a-z][a-z0-9_]{0,47}$/;
const DEVICES_NAMED = 1_000;
const SALT_BYTES = 32;
const ACTOR = 'weir:datasets';

/** Freezes answers into datasets, and keeps them: sealed, for a purpose, as long as their sources and no longer. */
export class DatasetKeeper {
  readonly #parts: DatasetKeeperParts;
  /** Keys of objects of datasets that are being made. */
  readonly #underWay = new Set<string>();
  /** By version. */
  readonly #leftOut = new Map<string, Looked>();
  /** Changes take turns: a version is given once. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: DatasetKeeperParts) {
    this.#parts = parts;
  }

  /** Removes what a crash left. */
  start(): Promise<void> {
    return this.#sweep();
  }

  /**
   * Freezes the answer to a statement as the next version of a name.
   *
   * @throws {ApiError} API_DATASET_INVALID; what a query throws
   */
  async create(caller: Caller, request: DatasetRequest, signal: AbortSignal): Promise<Dataset> {
    const { name, sql, parameters, purpose } = request;
    if (!NAME.test(name)) {
      throw new ApiError(
        'API_DATASET_INVALID',
        `Cannot create dataset: ${JSON.stringify(name.slice(0, 64))} is no name`,
        {
          hint: 'A name has 1 to 48 small letters, digits and underscores, a letter first',
        },
      );
    }
    await this.#requireOwn(caller, name);
    const { shown } = this.#parts;
    const before = shown.versions();
    await using draft = this.#draft(name);
    const take = async (piece: FrozenPiece): Promise<void> => void (await draft.take(piece));
    const frozen = await this.#parts.queries.freeze(caller, { sql, parameters, purpose }, take, signal);
    const consent = consentOf(request, frozen);
    // Where a key was rotated meanwhile, it may be either.
    const tokens = versionsIn(
      [before, shown.versions()],
      frozen.statement.reads.map(({ relation }) => relation),
      shown,
    );
    return await this.#alone(() => this.#keep(caller, request, frozen, draft, consent, tokens));
  }

  /** Datasets that the caller may read. */
  async list(caller: Caller): Promise<readonly Dataset[]> {
    const all = await this.#parts.book.active();
    const seen: Dataset[] = [];
    for (const dataset of all) if (await this.#isFor(caller, dataset)) seen.push(dataset);
    return seen;
  }

  /** @throws {ApiError} API_DATASET_UNKNOWN where there is none that the caller may read */
  async show(caller: Caller, name: string, version?: number): Promise<Dataset> {
    const dataset = await this.#parts.book.find(name, version);
    if (dataset === null || !(await this.#isFor(caller, dataset))) throw unknown(name, version);
    return dataset;
  }

  gone(): Promise<readonly GoneDataset[]> {
    return this.#parts.book.gone();
  }

  /** When a dataset goes. */
  endOf(dataset: Dataset): Micros | null {
    const template = this.#parts.template();
    return endOf(dataset, (name) => {
      const stream = template.streams.get(name);
      return stream === undefined ? null : keepOf(template, stream).max;
    });
  }

  /** What the erasure of a person takes of a dataset, as far as the template says where persons are named. */
  erasureOf(dataset: Dataset): 'rows' | 'whole' | null {
    return erasureOf(dataset, subjectPlaces([this.#parts.template()]));
  }

  /** Rows of a dataset in whatever format; its purpose, name and digest stand in the answer's metadata. */
  async rows(
    caller: Caller,
    dataset: Dataset,
    asked: Pick<QueryRequest, 'format' | 'span'> & { readonly columns: readonly string[] | null },
    signal: AbortSignal,
  ): Promise<StreamedReply> {
    const { columns, ...rest } = asked;
    const { relation, select } = datasetRelation(dataset, columns);
    const over = {
      relation,
      objects: dataset.objects,
      inParts: true,
      resource: `dataset:${referenceOf(dataset)}`,
      purpose: dataset.purpose,
      notes: { dataset: referenceOf(dataset), digest: dataset.content.digest },
      sources: [...sourcesOf(dataset)].map((source) => ({ name: source, kept: keptOf(dataset, source) })),
      consenting: this.#consentingOf(dataset),
    };
    return this.#parts.queries.run(
      caller,
      { ...rest, sql: select, parameters: [], purpose: dataset.purpose, over },
      signal,
    );
  }

  /**
   * How many persons a version leaves rows out of by now, and how many rows: of those who agree no longer, or anew since.
   * It is looked at again once somebody's consent has changed, an object at a time; that is logged as a use of keys.
   *
   * @returns null where its rows are not there by consent
   */
  async leftOut(dataset: Dataset): Promise<LeftOut | null> {
    const { consent, purpose } = dataset;
    if (consent === null) return null;
    const standing = purpose === null ? null : this.#parts.consents.standing(consent.stream, purpose);
    const reference = referenceOf(dataset);
    const { revision } = dataset;
    const known = this.#leftOut.get(reference);
    if (known?.revision === revision && known.standing === standing) return known.leftOut;
    const consenting = this.#consentingOf(dataset);
    const persons = new Set<string>();
    let rows = 0;
    for await (const batch of this.#batches(dataset, [consent.column, 'received'])) {
      const out = withdrawnRows(batch, consent.column, consenting);
      rows += out.length;
      for (const person of namedIn(batch, consent.column, out)) persons.add(person);
    }
    const leftOut = { subjects: persons.size, rows };
    this.#leftOut.set(reference, { revision, standing, leftOut });
    return leftOut;
  }

  /** Columns of all rows, an object at a time. Logged as uses of keys. */
  async *#batches(dataset: Dataset, columns: readonly string[]): AsyncGenerator<Batch> {
    for (const object of dataset.objects) yield await this.#open(dataset, object, columns);
  }

  #open(dataset: Dataset, object: DatasetObject, columns: readonly string[]): Promise<Batch> {
    const use = { actor: ACTOR, resource: `dataset:${referenceOf(dataset)}` };
    return openObject(object, columns, use, this.#parts);
  }

  /** Who consents, to the stream that a dataset was made from, to its purpose; null where it was not made by consent. */
  #consentingOf({ consent, purpose }: Dataset): Consenting | null {
    if (consent === null || purpose === null) return null;
    const { consents, shown } = this.#parts;
    const standing = consents.standing(consent.stream, purpose);
    const domain = shown.domainOf(consent.stream, consent.column);
    if (standing === null || domain === null) return standing;
    // A dataset shows tokens as they were shown when it was made.
    const forms = standing.subjects.map((subject) => shown.forms(domain, subject) as readonly string[]);
    const since = forms.flatMap((of, at) => of.map(() => standing.since[at]!));
    return { subjects: forms.flat(), since: Float64Array.from(since) };
  }

  /** Lets a version go, for good, where it is still there. That the caller may was decided before. */
  async remove(
    actor: string,
    { name, version }: Pick<Dataset, 'name' | 'version'>,
    why: 'deleted' | 'expired' = 'deleted',
  ): Promise<void> {
    await this.#alone(async () => {
      const { audit, book, catalogue, clock, keys, objects } = this.#parts;
      // What was sealed anew since it was shown has other objects and keys.
      const dataset = await book.find(name, version);
      if (dataset === null) return;
      await audit.append({
        actor,
        action: why === 'deleted' ? 'delete-dataset' : 'expire-dataset',
        resource: `dataset:${referenceOf(dataset)}`,
        outcome: 'done',
        digest: commitmentDigest(dataset),
        detail: { rows: dataset.content.rows },
      });
      await catalogue.transaction(async (tx) => {
        await keys.removeDataKeys(tx, handlesOfDataset(dataset));
        await book.end(tx, dataset, why, clock.now());
      });
      this.#leftOut.delete(referenceOf(dataset));
      // What a crash leaves of them is swept: no dataset has it any more.
      for (const object of dataset.objects) await deleteObject(objects, object);
    });
  }

  /** Lets go of what is kept no longer, and of objects that no dataset has; then shreds the keys of all that went, in older copies of the catalogue too. */
  async tend(): Promise<void> {
    const { book, clock, keys } = this.#parts;
    for (const dataset of await book.active()) {
      const end = this.endOf(dataset);
      if (end !== null && end <= clock.now()) await this.remove(ACTOR, dataset, 'expired');
    }
    await this.#sweep();
    // What goes while keys are shredded is not noted as shredded with them.
    await this.#alone(async () => {
      if (!(await book.hasUnshredded())) return;
      await keys.lifecycle.shred(ACTOR);
      await book.shredded();
    });
  }

  /** Datasets with rows of a person. */
  async concerning(places: SubjectPlaces): Promise<readonly ConcernedDataset[]> {
    const found: ConcernedDataset[] = [];
    for (const dataset of await this.#parts.book.active()) {
      const { name, version, content } = dataset;
      const known = subjectColumnsOf(dataset, places);
      if (known === null) found.push({ name, version, rows: content.rows });
      else if (known.size > 0) {
        let rows = 0;
        for await (const batch of this.#batches(dataset, [...known.keys()])) rows += matchingRows(batch, known).length;
        if (rows > 0) found.push({ name, version, rows });
      }
    }
    return found;
  }

  /**
   * Seals the objects of a dataset that have rows of a person anew without these, under new keys; the old ones and their
   * keys go. A dataset that cannot tell whose its rows are goes whole.
   *
   * @returns how many rows went
   */
  async rewriteWithout(
    actor: string,
    { name, version }: Pick<ConcernedDataset, 'name' | 'version'>,
    places: SubjectPlaces,
  ): Promise<number> {
    const dataset = await this.#parts.book.find(name, version);
    if (dataset === null) return 0;
    const known = subjectColumnsOf(dataset, places);
    if (known === null) {
      await this.remove(actor, dataset);
      return dataset.content.rows;
    }
    return known.size === 0 ? 0 : this.#alone(() => this.#rewrite(actor, dataset, known));
  }

  async #rewrite(
    actor: string,
    { name, version }: Pick<Dataset, 'name' | 'version'>,
    known: KnownColumns,
  ): Promise<number> {
    const { audit, book, keys, objects, random } = this.#parts;
    const dataset = await book.find(name, version);
    if (dataset === null) return 0;
    const revision = dataset.revision + 1;
    await using draft = this.#draft(dataset.name);
    const left = await withoutPerson(dataset, known, {
      open: (object, columns) => this.#open(dataset, object, columns),
      seal: (piece, { id }) => draft.take(piece, { id, revision }),
    });
    if (left.erased === 0) return 0;
    const salt = toHex(random.bytes(SALT_BYTES));
    const next: Dataset = { ...dataset, revision, content: left.content, objects: left.objects, salt };
    await audit.append({
      actor,
      action: 'rewrite-dataset',
      resource: `dataset:${referenceOf(next)}`,
      outcome: 'done',
      digest: commitmentDigest(next),
      detail: { rows: left.content.rows, erased: left.erased, objects: draft.objects.length },
    });
    await this.#publish(draft, async (tx) => {
      await keys.removeDataKeys(tx, handlesOfDataset({ objects: left.replaced }));
      await book.replace(tx, next);
    });
    for (const object of left.replaced) await deleteObject(objects, object);
    return left.erased;
  }

  /** How many datasets hold tokens as a version of a domain shows them. */
  async countShown(domain: string, version: number): Promise<number> {
    const datasets = await this.#parts.book.active();
    return datasets.filter(({ tokens }) => tokens?.[domain]?.includes(version) === true).length;
  }

  async #keep(
    caller: Caller,
    request: DatasetRequest,
    frozen: Frozen,
    draft: DatasetDraft,
    consent: Dataset['consent'],
    tokens: NonNullable<Dataset['tokens']>,
  ): Promise<Dataset> {
    const { audit, book, clock, random, template } = this.#parts;
    const { name, sql, parameters, keep } = request;
    // Who began later may have come first.
    await this.#requireOwn(caller, name);
    const version = await book.nextVersion(name);
    // It may have waited behind others; whose rows go once it is published is found by who erases them.
    frozen.requireCurrent();
    const now = clock.now();
    const dataset: Dataset = {
      name,
      version,
      revision: 1,
      owner: ownerOf(caller),
      actor: caller.actor,
      created: now,
      purpose: frozen.purpose,
      sql,
      parameters,
      statement: frozen.digest,
      template: template().digest,
      relations: frozenRelations([...new Set([...frozen.relations, ...frozen.named])], frozen.access),
      segments: frozen.segments.map(({ id: segment, version: of, stream, rows, digest, templates }) => ({
        id: segment,
        version: of,
        stream,
        rows,
        digest,
        templates,
      })),
      devices: frozen.devices.slice(0, DEVICES_NAMED),
      deviceCount: frozen.devices.length,
      content: frozen.content,
      kept: frozen.kept,
      objects: draft.objects,
      oldest: oldestOf(request, frozen, draft),
      consent,
      until: keep === null ? null : micros(now + keep * 1_000),
      salt: toHex(random.bytes(SALT_BYTES)),
      ...(Object.keys(tokens).length === 0 ? {} : { tokens }),
    };
    await audit.append({
      actor: caller.actor,
      action: 'create-dataset',
      resource: `dataset:${referenceOf(dataset)}`,
      ...(dataset.purpose === null ? {} : { purpose: dataset.purpose }),
      outcome: 'done',
      digest: commitmentDigest(dataset),
      detail: {
        rows: dataset.content.rows,
        segments: dataset.segments.length,
        objects: dataset.objects.length,
        bytes: sizeOf(dataset),
      },
    });
    await this.#publish(draft, (tx) => book.add(tx, dataset));
    return dataset;
  }

  /** @throws {ApiError} API_DATASET_INVALID where somebody else has datasets of that name */
  async #requireOwn(caller: Caller, name: string): Promise<void> {
    const owner = (await this.#parts.book.find(name))?.owner;
    if (owner === undefined || owner === ownerOf(caller)) return;
    throw new ApiError('API_DATASET_INVALID', `Cannot create dataset: ${name} is somebody else’s`, {
      hint: 'Choose another name',
    });
  }

  #draft(name: string): DatasetDraft {
    return new DatasetDraft(name, { ...this.#parts, underWay: this.#underWay });
  }

  /** Wraps and row at once; where that fails the objects go with the draft. */
  async #publish(draft: DatasetDraft, change: (tx: CatalogueTransaction) => Promise<void>): Promise<void> {
    const { catalogue, keys } = this.#parts;
    await catalogue.transaction(async (tx) => {
      await keys.keepDataKeys(tx, draft.handles);
      await change(tx);
    });
    draft.published();
  }

  /** Removes objects that no dataset has, and that none will have. */
  async #sweep(): Promise<void> {
    const { book, objects, log } = this.#parts;
    const found = await Array.fromAsync(objects.list(DATASET_PREFIX));
    // In this order: what is published meanwhile is in one of them.
    const underWay = new Set(this.#underWay);
    const known = new Set(
      (await book.active()).flatMap((dataset) => dataset.objects.map(({ objectKey }) => objectKey)),
    );
    for (const key of found) {
      if (known.has(key) || underWay.has(key)) continue;
      await objects.delete(key);
      log.info({ object: key }, 'removed an object that no dataset has');
    }
  }

  async #isFor(caller: Caller, dataset: Dataset): Promise<boolean> {
    const subject = asHolder(caller.subject, dataset.name);
    return maySee(dataset, await this.#parts.queries.access({ ...caller, subject }, dataset.purpose));
  }

  #alone<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(step, step);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** When the oldest row was received: by its own word where it is a reading as it was stored, else by its segments'. */
function oldestOf(
  { rowsOf }: DatasetRequest,
  { segments, access, content }: Frozen,
  draft: Pick<DatasetDraft, 'least'>,
): Readonly<Record<string, Micros>> {
  const oldest = new Map<string, Micros>();
  for (const segment of segments) {
    const { first } = receiptOf(segment);
    oldest.set(segment.stream, micros(Math.min(first, oldest.get(segment.stream) ?? Infinity)));
  }
  const received = access.grants.get(rowsOf ?? '')?.columns.find(({ name }) => name === 'received');
  const isReading = rowsOf !== null && access.relations.get(rowsOf)?.kind === 'stream' && received?.mask === null;
  if (!isReading || content.rows === 0) return Object.fromEntries(oldest);
  const first = draft.least('received');
  // Of whoever makes the rows it is only believed that there is something to read.
  return first === null ? Object.fromEntries(oldest) : { [rowsOf]: micros(first) };
}

/**
 * The column that says by whose consent the rows are there, so that who withdraws is left out from then on.
 *
 * @returns null where the rows are not there by consent
 * @throws {ApiError} API_DATASET_INVALID where they are, and the dataset could not tell whose they are
 */
function consentOf({ rowsOf }: DatasetRequest, { access, content, segments }: Frozen): Dataset['consent'] {
  const streams = [...new Set(segments.map(({ stream }) => stream))];
  const [stream] = streams.filter((name) => access.relations.get(name)?.consent !== undefined);
  if (stream === undefined) return null;
  const column = access.relations.get(stream)?.consent ?? '';
  const clear = access.grants.get(stream)?.columns.filter(({ mask }) => mask === null) ?? [];
  const kept = [column, 'received'].every(
    (name) => clear.some((one) => one.name === name) && content.columns.some((one) => one.name === name),
  );
  if (rowsOf === stream && kept) return { stream, column };
  throw new ApiError(
    'API_DATASET_INVALID',
    `Cannot create dataset: rows of ${stream} are there by consent, and this dataset could not leave out who withdraws`,
    { hint: `Freeze the stream itself with --from ${stream}, in a role that sees ${column} and received` },
  );
}

/** The versions under which the tokens of some relations were shown. */
function versionsIn(
  moments: readonly ReadonlyMap<string, number>[],
  relations: readonly string[],
  shown: Pick<ShownDomains, 'domainsOf'>,
): NonNullable<Dataset['tokens']> {
  const domains = [...new Set(relations.flatMap((relation) => shown.domainsOf(relation)))].sort();
  return Object.fromEntries(
    domains.flatMap((domain) => {
      const versions = new Set(moments.map((versionOf) => versionOf.get(domain) ?? 1));
      return versions.size === 1 && versions.has(1) ? [] : [[domain, [...versions].sort((a, b) => a - b)] as const];
    }),
  );
}

/** An agent makes what is its person's. */
export function ownerOf({ subject }: Caller): string {
  return subject.actsFor?.id ?? subject.id;
}

function unknown(name: string, version: number | undefined): ApiError {
  const what = version === undefined ? name : referenceOf({ name, version });
  return new ApiError(
    'API_DATASET_UNKNOWN',
    `Cannot show dataset: there is no ${what.slice(0, 80)} that you may read`,
    {
      hint: 'It is there for those who may see as much of what it was made from, for its purpose; see weir dataset list',
    },
  );
}
