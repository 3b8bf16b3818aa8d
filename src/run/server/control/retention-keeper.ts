import { formatMicros, makeId, micros } from '#base/core/index.ts';
import type { Log, Micros } from '#base/core/index.ts';
import type { Catalogue, Objects } from '#base/storage/index.ts';
import { keepOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { Erasures, Holds, lookForObjects } from '#flow/store/index.ts';
import type { CertificateEntry, Erasure, Hold, Segment } from '#flow/store/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { ServerError } from '../errors.ts';
import { certifyErasure } from './certify-erasure.ts';
import type { CertifyParts } from './certify-erasure.ts';
import { goingUnder, goingWithout, retentionPlan } from './retention-plan.ts';
import type { Going, StreamRetention } from './retention-plan.ts';
import { HoldConditions } from './hold-conditions.ts';
import type { Looked } from './require-nothing-left.ts';
import type { SegmentHost } from './segment-host.ts';

const ACTOR = 'weir:retention';
const MOST_CERTIFICATES = 1_000;

export interface RetentionParts extends CertifyParts {
  readonly catalogue: Catalogue;
  readonly keys: KeyRing;
  readonly segments: SegmentHost;
  readonly objects: Objects;
  readonly template: () => Template;
  /** How many readings of a segment meet a condition. @throws {QueryError} where it is none over the stream's columns */
  readonly count: (segment: Segment, condition: string) => Promise<number>;
  /** Refuses a condition that cannot be asked of a stream. @throws {QueryError} */
  readonly requireCondition: (stream: string, condition: string) => Promise<void>;
  /** A condition with tokens as they are stored; null where it cannot be told which these are. */
  readonly storedCondition: (stream: string, condition: string) => string | null;
  readonly log: Log;
  /** Where else it is looked for what went, and how much was found there. */
  readonly elsewhere: (gone: readonly Erasure[]) => Promise<readonly Looked[]>;
  /** Tells the store of the holds that stand; resolves once it goes by them. */
  readonly holdsChanged: (holds: readonly Hold[]) => Promise<void>;
}

/** What somebody asks to be held. Times in epoch microseconds. */
export interface HoldRequest {
  readonly stream: string;
  readonly from: Micros | null;
  readonly to: Micros | null;
  /** A condition in SQL over the stream's columns. */
  readonly where?: string;
  readonly reason: string;
  readonly owner: string;
}

/**
 * What of retention is control's: what will go, what is held, and the end of what went. The store takes readings out of
 * queries and deletes their objects; here their keys are shredded, it is looked whether anything is left, and what was
 * found is signed.
 */
export class RetentionKeeper {
  readonly #parts: RetentionParts;
  readonly #erasures: Erasures;
  readonly #holds: Holds;
  readonly #conditions: HoldConditions;
  #standing: readonly Hold[];

  private constructor(parts: RetentionParts, erasures: Erasures, holds: Holds, all: readonly Hold[]) {
    this.#parts = parts;
    this.#erasures = erasures;
    this.#holds = holds;
    this.#conditions = new HoldConditions(parts);
    parts.segments.useConditions((held) => this.#conditions.known(held));
    parts.segments.useLeastKeep((name) => {
      const stream = parts.template().streams.get(name);
      return stream === undefined ? undefined : keepOf(parts.template(), stream).min;
    });
    this.#standing = all.filter(isStanding);
  }

  static async open(parts: RetentionParts): Promise<RetentionKeeper> {
    const sealer = await parts.keys.rowSealer('catalogue');
    const holds = new Holds(sealer);
    const all = await parts.catalogue.transaction((tx) => holds.list(tx));
    return new RetentionKeeper(parts, new Erasures(sealer), holds, all);
  }

  /** Holds that stand now. */
  get holds(): readonly Hold[] {
    return this.#conditions.known(this.#standing);
  }

  /** What will go, and when. */
  async plan(): Promise<readonly StreamRetention[]> {
    const { template, segments, clock } = this.#parts;
    await this.weigh();
    return retentionPlan(template(), await segments.active(), this.holds, clock.now());
  }

  /** What a template would let go at once. */
  async goingUnder(next: Template): Promise<readonly Going[]> {
    const { template, segments, clock } = this.#parts;
    return goingUnder(next, template(), await segments.active(), this.holds, clock.now());
  }

  /** What would go at once without a hold. @throws {ServerError} SERVER_HOLD_UNKNOWN */
  async goingWithout(id: string): Promise<readonly Going[]> {
    const { template, segments, clock } = this.#parts;
    this.#requireStanding(id);
    await this.weigh();
    const after = this.holds.filter((hold) => hold.id !== id);
    return goingWithout(template(), await segments.active(), { before: this.holds, after }, clock.now());
  }

  /** A condition as it is asked of what is stored: tokens are named as they are shown, which may change. */
  async #storedWhere(stream: string, where: string): Promise<string> {
    await this.#parts.requireCondition(stream, where);
    const stored = this.#parts.storedCondition(stream, where);
    if (stored !== null) return stored;
    const message = `Cannot hold readings of ${stream}: the condition names tokens, and it has tokens of several domains`;
    throw new ServerError('SERVER_HOLD_INVALID', message, { hint: 'Hold by time, or by other columns' });
  }

  /** Keeps readings until the hold is released. Logged first; in force for the store before this resolves. */
  async hold(actor: string, request: HoldRequest): Promise<Hold> {
    const { audit, catalogue, clock, random, template } = this.#parts;
    const { stream, from, to } = request;
    if (!template().streams.has(stream) && !(await this.#isStored(stream))) throw unknownStream(stream);
    if (from !== null && to !== null && from > to) {
      throw new ServerError('SERVER_HOLD_INVALID', 'Cannot hold readings: `from` is after `to`', {
        hint: 'Leave one out for an open end',
      });
    }
    const where = request.where === undefined ? undefined : await this.#storedWhere(stream, request.where);
    const hold: Hold = {
      ...request,
      ...(where === undefined ? {} : { where }),
      id: makeId(clock, random),
      created: clock.now(),
      released: null,
    };
    const detail = {
      stream,
      ...(from === null ? {} : { from: formatMicros(from) }),
      ...(to === null ? {} : { to: formatMicros(to) }),
      ...(request.where === undefined ? {} : { by: 'condition' }),
    };
    await audit.append({ actor, action: 'hold', resource: `hold:${hold.id}`, outcome: 'done', detail });
    await catalogue.transaction((tx) => this.#holds.add(tx, hold));
    await this.#reread();
    await this.weigh();
    return hold;
  }

  /** Looks which segments have readings that holds by a condition are about, and tells the store. */
  async weigh(): Promise<void> {
    if (!this.#standing.some(({ where }) => where !== undefined)) return;
    const segments = await this.#parts.segments.active();
    if (await this.#conditions.weigh(this.#standing, segments)) await this.#parts.holdsChanged(this.holds);
  }

  /** @throws {ServerError} SERVER_HOLD_UNKNOWN */
  async release(actor: string, id: string): Promise<void> {
    const { audit, catalogue, clock } = this.#parts;
    this.#requireStanding(id);
    await audit.append({ actor, action: 'release-hold', resource: `hold:${id}`, outcome: 'done' });
    await catalogue.transaction((tx) => this.#holds.release(tx, id, clock.now()));
    await this.#reread();
  }

  #requireStanding(id: string): void {
    if (this.#standing.some((hold) => hold.id === id)) return;
    throw new ServerError('SERVER_HOLD_UNKNOWN', `Cannot release hold ${id}: no such hold stands`, {
      hint: 'See those that stand with `npm run -s weir -- retention holds`',
    });
  }

  /** What is out of every answer, and is not certified yet. */
  async uncertified(): Promise<readonly (Going & { readonly since: number })[]> {
    const open = await this.#parts.catalogue.transaction((tx) => this.#erasures.open(tx));
    return [...Map.groupBy(open, ({ stream }) => stream)].map(([stream, own]) => ({
      stream,
      segments: own.length,
      rows: own.reduce((sum, { rows }) => sum + rows, 0),
      since: Math.min(...own.map(({ at }) => at)),
    }));
  }

  /** What went, and its certificates; for who lets go of readings for another reason. */
  get erasures(): Erasures {
    return this.#erasures;
  }

  listHolds(): Promise<readonly Hold[]> {
    return this.#parts.catalogue.transaction((tx) => this.#holds.list(tx));
  }

  /** The newest certificates and addenda first. */
  certificates(): Promise<readonly CertificateEntry[]> {
    return this.#parts.catalogue.transaction((tx) => this.#erasures.certificates(tx, MOST_CERTIFICATES));
  }

  /** The text of a certificate or an addendum, or null. */
  certificate(id: string): Promise<string | null> {
    return this.#parts.catalogue.transaction((tx) => this.#erasures.certificate(tx, id));
  }

  /** Addenda to a certificate, the oldest first. */
  addenda(id: string): ReturnType<Erasures['addenda']> {
    return this.#parts.catalogue.transaction((tx) => this.#erasures.addenda(tx, id));
  }

  /**
   * Brings what went to its end: once the objects are deleted, what is left of all keys is sealed under a new epoch and
   * the older ones are destroyed, so that no copy of the catalogue opens what went; then it is looked, backups are brought up to date, and it is certified.
   *
   * @returns the id of the certificate, or null where nothing has come so far
   * @throws {ServerError} SERVER_ERASURE_INCOMPLETE if something is left: it is tried again at the next step
   */
  async finish(): Promise<string | null> {
    const gone = await this.#gone();
    if (gone.length === 0) return null;
    const certificate = await certifyErasure(this.#parts, {
      actor: ACTOR,
      action: 'certify-erasure',
      detail: { segments: gone.length, rows: gone.reduce((sum, { rows }) => sum + rows, 0) },
      because: 'kept no longer',
      since: micros(Math.min(...gone.map(({ at }) => at))),
      about: {
        segments: gone.map(({ segment, stream, rows, keptFrom, digest, at: since }) => ({
          segment,
          stream,
          rows,
          received_before: formatMicros(micros(keptFrom)),
          digest,
          out_of_queries: formatMicros(micros(since)),
        })),
      },
      look: () => this.#look(gone),
    });
    await this.#parts.catalogue.transaction((tx) => this.#erasures.certify(tx, gone, certificate));
    return certificate.id;
  }

  /** What went and whose objects the store has deleted. */
  async #gone(): Promise<readonly Erasure[]> {
    const { catalogue, segments } = this.#parts;
    const open = await catalogue.transaction((tx) => this.#erasures.open(tx));
    const states = await segments.statesOf(open.map(({ segment }) => segment));
    return open.filter((_, i) => states[i] === 'gone');
  }

  async #look(gone: readonly Erasure[]): Promise<readonly { readonly where: string; readonly found: number }[]> {
    const { keys, objects } = this.#parts;
    const stored = await lookForObjects(objects, gone.map(({ objectKey }) => objectKey)); // prettier-ignore
    let opened = 0;
    for (const { segment, handles } of gone)
      opened += (await keys.unwrapDataKeys({ actor: ACTOR, resource: `segment:${segment}` }, handles)).size;
    return [...stored, { where: 'data keys', found: opened }, ...(await this.#parts.elsewhere(gone))];
  }

  async #isStored(stream: string): Promise<boolean> {
    return (await this.#parts.segments.active()).some((segment) => segment.stream === stream);
  }

  async #reread(): Promise<void> {
    this.#standing = (await this.listHolds()).filter(isStanding);
    await this.#parts.holdsChanged(this.holds);
  }
}

function isStanding({ released }: Hold): boolean {
  return released === null;
}

function unknownStream(stream: string): ServerError {
  return new ServerError(
    'SERVER_HOLD_INVALID',
    `Cannot hold readings of ${stream}: no such stream is declared or stored`,
    {
      hint: 'See the streams with `npm run -s weir -- retention plan`',
    },
  );
}
