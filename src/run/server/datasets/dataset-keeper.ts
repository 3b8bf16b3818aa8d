import { makeId, micros, toHex } from '#base/core/index.ts';
import type { AuditSink, Batch, Clock, Log, Micros, Random } from '#base/core/index.ts';
import type { Objects, Catalogue, CatalogueTransaction } from '#base/storage/index.ts';
import { keepOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { Consenting } from '#flow/query/index.ts';
import { decodeParquet, receiptOf } from '#flow/store/index.ts';
import type { SealedObject } from '#flow/store/index.ts';
import type { Consents } from '#trust/consent/index.ts';
import type { KeyRing, KeyUse } from '#trust/keys/index.ts';
import type { Caller } from '../api/caller.ts';
import { ApiError } from '../api/errors.ts';
import type { QueryRequest } from '../api/services.ts';
import type { StreamedReply } from '../api/streamed-reply.ts';
import type { Frozen, QueryService } from '../query/query-service.ts';
import { commitmentDigest, DATASET_PREFIX, endOf, referenceOf } from './dataset.ts';
import type { Dataset, DatasetRequest } from './dataset.ts';
import type { DatasetBook, GoneDataset } from './dataset-book.ts';
import { contentOf, deleteObject, handlesOfDataset, openDataset, sealDataset } from './dataset-rows.ts';
import { datasetRelation } from './dataset-relation.ts';
import type { ShownDomains } from '../tokens/shown-domains.ts';
import { asHolder, frozenRelations, maySee } from './dataset-sight.ts';
import { matchingRows, namedIn, subjectColumnsOf, withdrawnRows, withoutRows } from './subject-rows.ts';
import type { KnownColumns } from './subject-rows.ts';

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
  /** Changes take turns: a version is given once. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: DatasetKeeperParts) {
    this.#parts = parts;
  }

  /** Removes what a crash left. */
  async start(): Promise<void> {
    const { book, objects, log } = this.#parts;
    const known = new Set((await book.active()).map(({ object }) => object.objectKey));
    for await (const key of objects.list(DATASET_PREFIX)) {
      if (known.has(key)) continue;
      await objects.delete(key);
      log.info({ object: key }, 'removed an object that no dataset has');
    }
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
    const owners = (await this.#parts.book.find(name))?.owner;
    if (owners !== undefined && owners !== ownerOf(caller)) {
      throw new ApiError('API_DATASET_INVALID', `Cannot create dataset: ${name} is somebody else’s`, {
        hint: 'Choose another name',
      });
    }
    const { shown } = this.#parts;
    const before = shown.versions();
    const frozen = await this.#parts.queries.freeze(caller, { sql, parameters, purpose }, signal);
    const consent = consentOf(request, frozen);
    // Where a key was rotated meanwhile, it may be either.
    const tokens = versionsIn(
      [before, shown.versions()],
      frozen.statement.reads.map(({ relation }) => relation),
      shown,
    );
    return this.#alone(() => this.#keep(caller, request, frozen, consent, tokens));
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
      objects: [dataset.object],
      resource: `dataset:${referenceOf(dataset)}`,
      purpose: dataset.purpose,
      notes: { dataset: referenceOf(dataset), digest: dataset.content.digest },
      streams: [...new Set(dataset.segments.map(({ stream }) => stream))],
      consenting: this.#consentingOf(dataset),
    };
    return this.#parts.queries.run(
      caller,
      { ...rest, sql: select, parameters: [], purpose: dataset.purpose, over },
      signal,
    );
  }

  /**
   * Columns of a dataset as typed arrays, for parts of the platform that learn from it: rows of those who consent no
   * longer are not among them. Logged as a use of keys.
   */
  async open(dataset: Dataset, columns: readonly string[], use: Omit<KeyUse, 'resource'>): Promise<Batch> {
    const { consent } = dataset;
    if (consent === null) return this.#openWhole(dataset, columns, use);
    const batch = await this.#openWhole(dataset, [...new Set([...columns, consent.column, 'received'])], use);
    const kept = withoutRows(batch, withdrawnRows(batch, consent.column, this.#consentingOf(dataset)));
    return { ...kept, columns: kept.columns.filter(({ name }) => columns.includes(name)) };
  }

  /**
   * How many persons a version leaves rows out of by now, and how many rows: of those who agree no longer, or anew since.
   * Logged as a use of keys.
   *
   * @returns null where its rows are not there by consent
   */
  async leftOut(dataset: Dataset): Promise<{ readonly subjects: number; readonly rows: number } | null> {
    const { consent } = dataset;
    if (consent === null) return null;
    const batch = await this.#openWhole(dataset, [consent.column, 'received'], { actor: ACTOR });
    const out = withdrawnRows(batch, consent.column, this.#consentingOf(dataset));
    return { subjects: namedIn(batch, consent.column, out), rows: out.length };
  }

  #openWhole(dataset: Dataset, columns: readonly string[], use: Omit<KeyUse, 'resource'>): Promise<Batch> {
    const resource = `dataset:${referenceOf(dataset)}`;
    return openDataset(dataset.object, columns, { ...use, resource }, this.#parts);
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

  /** Lets a version go, for good. That the caller may was decided before. */
  async remove(actor: string, dataset: Dataset, why: 'deleted' | 'expired' = 'deleted'): Promise<void> {
    await this.#alone(async () => {
      const { audit, book, catalogue, clock, keys, objects } = this.#parts;
      await audit.append({
        actor,
        action: why === 'deleted' ? 'delete-dataset' : 'expire-dataset',
        resource: `dataset:${referenceOf(dataset)}`,
        outcome: 'done',
        digest: commitmentDigest(dataset),
        detail: { rows: dataset.content.rows },
      });
      await catalogue.transaction(async (tx) => {
        await keys.removeDataKeys(tx, handlesOfDataset(dataset.object));
        await book.end(tx, dataset, why, clock.now());
      });
      await deleteObject(objects, dataset.object);
    });
  }

  /** Lets go of what is kept no longer; then shreds the keys of all that went, in older copies of the catalogue too. */
  async tend(): Promise<void> {
    const { book, clock, keys } = this.#parts;
    for (const dataset of await book.active()) {
      const end = this.endOf(dataset);
      if (end !== null && end <= clock.now()) await this.remove(ACTOR, dataset, 'expired');
    }
    if (!(await book.hasUnshredded())) return;
    await keys.lifecycle.shred(ACTOR);
    await book.shredded();
  }

  /** Datasets with rows of a person. */
  async concerning(places: SubjectPlaces): Promise<readonly ConcernedDataset[]> {
    const found: ConcernedDataset[] = [];
    for (const dataset of await this.#parts.book.active()) {
      const { name, version, content } = dataset;
      const known = subjectColumnsOf(dataset, places);
      if (known === null) found.push({ name, version, rows: content.rows });
      else if (known.size > 0) {
        const batch = await this.#openWhole(dataset, [...known.keys()], { actor: ACTOR });
        const rows = matchingRows(batch, known).length;
        if (rows > 0) found.push({ name, version, rows });
      }
    }
    return found;
  }

  /**
   * Seals a dataset anew without the rows of a person, under new keys; the old object and its keys go. One that cannot
   * tell whose its rows are goes whole.
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

  async #rewrite(actor: string, dataset: Dataset, known: KnownColumns): Promise<number> {
    const { audit, book, catalogue, keys, objects } = this.#parts;
    const names = dataset.content.columns.map((column) => column.name);
    const whole = await this.#openWhole(dataset, names, { actor: ACTOR });
    const going = matchingRows(whole, known);
    if (going.length === 0) return 0;
    const { plain, content } = contentOf(dataset.content.columns, withoutRows(whole, going));
    const revision = dataset.revision + 1;
    const object = await sealDataset(
      plain,
      content,
      { name: dataset.name, id: dataset.object.id, revision },
      this.#parts,
    );
    const salt = toHex(this.#parts.random.bytes(SALT_BYTES));
    const next: Dataset = { ...dataset, revision, content, object, salt };
    await audit.append({
      actor,
      action: 'rewrite-dataset',
      resource: `dataset:${referenceOf(next)}`,
      outcome: 'done',
      digest: commitmentDigest(next),
      detail: { rows: content.rows, erased: going.length },
    });
    await this.#publish(
      object,
      async (tx) => {
        await keys.removeDataKeys(tx, handlesOfDataset(dataset.object));
        await book.replace(tx, next);
      },
      catalogue,
    );
    await deleteObject(objects, dataset.object);
    return going.length;
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
    consent: Dataset['consent'],
    tokens: NonNullable<Dataset['tokens']>,
  ): Promise<Dataset> {
    const { audit, book, catalogue, clock, random, template } = this.#parts;
    const { name, sql, parameters, keep } = request;
    const version = await book.nextVersion(name);
    const id = makeId(clock, random);
    const object = await sealDataset(frozen.plain, frozen.content, { name, id, revision: 1 }, this.#parts);
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
      object,
      oldest: await this.#oldestOf(request, frozen, object),
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
      detail: { rows: object.rows, segments: dataset.segments.length },
    });
    await this.#publish(object, (tx) => book.add(tx, dataset), catalogue);
    return dataset;
  }

  /** Wraps and row at once; where that fails the object goes again. */
  async #publish(
    object: SealedObject,
    change: (tx: CatalogueTransaction) => Promise<void>,
    catalogue: Catalogue,
  ): Promise<void> {
    const { keys, objects } = this.#parts;
    const handles = handlesOfDataset(object);
    try {
      await catalogue.transaction(async (tx) => {
        await keys.keepDataKeys(tx, handles);
        await change(tx);
      });
    } catch (error) {
      await deleteObject(objects, object);
      throw error;
    } finally {
      keys.forgetDataKeys(handles);
    }
  }

  /** When the oldest row was received: by its own word where it is a reading as it was stored, else by its segments'. */
  async #oldestOf(
    { rowsOf }: DatasetRequest,
    frozen: Frozen,
    object: SealedObject,
  ): Promise<Readonly<Record<string, Micros>>> {
    const oldest = new Map<string, Micros>();
    for (const segment of frozen.segments) {
      const { first } = receiptOf(segment);
      oldest.set(segment.stream, micros(Math.min(first, oldest.get(segment.stream) ?? Infinity)));
    }
    const received = frozen.access.grants.get(rowsOf ?? '')?.columns.find(({ name }) => name === 'received');
    const isReading =
      rowsOf !== null && frozen.access.relations.get(rowsOf)?.kind === 'stream' && received?.mask === null;
    if (!isReading || object.rows === 0) return Object.fromEntries(oldest);
    const [column] = decodeParquet(frozen.plain, [{ name: 'received', type: 'time', nullable: true }]).columns;
    const times = column?.data.type === 'time' ? column.data.values : new Float64Array();
    return { [rowsOf]: micros(times.reduce((first, time) => Math.min(first, time), Infinity)) };
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
