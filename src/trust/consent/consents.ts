import { formatMicros, makeId } from '#base/core/index.ts';
import type { AuditSink, Clock, Json, Micros, Random } from '#base/core/index.ts';
import { isToken } from '#base/crypto/index.ts';
import type { MacKey } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { Catalogue } from '#base/storage/index.ts';
import { nearestWord, tokenDomainOf } from '#declare/template/index.ts';
import type { Stream, Template } from '#declare/template/index.ts';
import { LoggedChanges } from '#trust/identity/index.ts';
import type { LogGap, LogReplay } from '#trust/identity/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { openPurposes, standingPurposes, stateOf } from './consent.ts';
import type { Consent, ConsentNotice, ConsentState } from './consent.ts';
import { ConsentIndex } from './consent-index.ts';
import type { ConsentChange } from './consent-table.ts';
import { CONSENT_SCHEMA, CONSENTS } from './consent-tables.ts';
import type { ConsentPrivate } from './consent-tables.ts';
import { CONFIRM, GIVE, purposesDetail, replayConsents, SUSPEND, WITHDRAW } from './consent-log.ts';
import { ConsentError } from './errors.ts';

/** Stored tokens of a domain and what they are shown as. */
export interface ShownTokensOf {
  shown(domain: string, stored: string): string;
  stored(domain: string, shown: string): string;
}

export interface ConsentsParts {
  readonly catalogue: Catalogue;
  readonly keys: Pick<KeyRing, 'rowSealer' | 'digestKey' | 'tokenMaker'>;
  /** Tokens as they are shown; without it they are shown as they are stored. */
  readonly tokens?: ShownTokensOf;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
  /** What is declared; asked anew each time. */
  readonly template: () => Template;
}

/** A consent as somebody records it. */
export interface ConsentRequest {
  readonly stream: string;
  /** The identifier as devices send it, or its token. */
  readonly subject: string;
  /** Empty for all purposes of the stream. */
  readonly purposes: readonly string[];
  readonly expires: Micros | null;
  readonly notice: ConsentNotice | null;
  readonly method: string | null;
}

/** Which consents a withdrawal or confirmation means. */
export type ConsentTarget =
  | { readonly kind: 'record'; readonly id: string }
  | { readonly kind: 'subject'; readonly stream: string; readonly subject: string }
  | { readonly kind: 'stream'; readonly stream: string };

export interface ConsentFilter {
  readonly stream?: string;
  readonly subject?: string;
  readonly state?: ConsentState;
  readonly limit: number;
}

const MOST_SUBJECT = 1_024;
const ROWS_AT_ONCE = 256;

/**
 * Who consented to what. The log is told first; what is taken back counts at once everywhere, before it is written to
 * the catalogue, and a crash in between is made good from the log at the next start.
 *
 * Changes take turns. All consents are in memory: a query and a gateway ask for all of a stream at once.
 */
export class Consents {
  /** Withdrawals that count and are not stored yet. */
  readonly changes = new LoggedChanges();
  readonly #parts: ConsentsParts;
  readonly #table: SealedTable<typeof CONSENTS.key, typeof CONSENTS.clear, ConsentPrivate>;
  readonly #digests: MacKey;
  readonly #index = new ConsentIndex();
  readonly #listeners = new Set<(change: ConsentChange) => Promise<void>>();
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    parts: ConsentsParts,
    table: SealedTable<typeof CONSENTS.key, typeof CONSENTS.clear, ConsentPrivate>,
    digests: MacKey,
  ) {
    this.#parts = parts;
    this.#table = table;
    this.#digests = digests;
  }

  static async open(parts: ConsentsParts): Promise<Consents> {
    await parts.catalogue.migrate(CONSENT_SCHEMA);
    const table = new SealedTable(CONSENTS, await parts.keys.rowSealer('people'));
    const { key } = await parts.keys.digestKey('consent-subject');
    const consents = new Consents(parts, table, key);
    await consents.reload();
    return consents;
  }

  /** Reads all rows again. A damaged one counts as no consent. */
  async reload(): Promise<void> {
    const rows = await this.#table.list(this.#parts.catalogue, { onDamaged: () => {} });
    this.#index.load(rows.map((row) => consentOf(row)));
  }

  /** Is told of each change before the call that made it resolves; ends by what it returns. */
  onChange(listener: (change: ConsentChange) => Promise<void>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Records a consent. The same again while it stands gives the record that is there.
   *
   * @returns the record, and whether it is new
   * @throws {ConsentError} CONSENT_STREAM_INVALID, CONSENT_PURPOSE_INVALID, CONSENT_SUBJECT_INVALID, CONSENT_EXPIRY_INVALID
   */
  give(request: ConsentRequest, actor: string): Promise<{ readonly consent: Consent; readonly isNew: boolean }> {
    return this.#inTurn(async () => {
      const { audit, clock, random, template } = this.#parts;
      const stream = this.#requireStream(request.stream);
      const purposes = requirePurposes(stream, request.purposes);
      const now = clock.now();
      if (request.expires !== null && request.expires <= now) {
        throw new ConsentError('CONSENT_EXPIRY_INVALID', 'Cannot record consent: its end is in the past', {
          hint: 'Leave the end out for a consent that holds until it is withdrawn',
        });
      }
      const subject = await this.#tokenOf(stream, request.subject);
      const known = this.#index.of(stream.name, subject).find((consent) => isSame(consent, request, purposes, now));
      if (known !== undefined) return { consent: known, isNew: false };
      const { expires, notice, method } = request;
      const terms = { ...termsOf(template(), stream, purposes), notice, method };
      const id = makeId(clock, random);
      const events = [{ kind: 'given', at: now, purposes }] as const;
      const consent: Consent = {
        id,
        stream: stream.name,
        subject,
        given: now,
        expires,
        suspended: false,
        terms,
        events,
      };
      await audit.append({
        actor,
        action: GIVE,
        resource: `consent:${id}`,
        outcome: 'done',
        detail: {
          stream: stream.name,
          subject: this.#pseudonym(consent),
          ...purposesDetail(purposes),
          ...(expires === null ? {} : { expires: formatMicros(expires) }),
        },
      });
      await this.#write([consent]);
      // Last: nothing is admitted on a consent that a crash could lose.
      await this.#tell([consent]);
      return { consent, isNew: true };
    });
  }

  /**
   * Withdraws consents, or some purposes of them, from now on. What is withdrawn already stays as it is.
   *
   * @param purposes null for all
   * @returns the records that are meant, as they are now
   * @throws {ConsentError} CONSENT_UNKNOWN where nobody ever gave what is meant
   */
  withdraw(target: ConsentTarget, purposes: readonly string[] | null, actor: string): Promise<readonly Consent[]> {
    return this.#inTurn(async () => {
      const meant = await this.#meant(target);
      return this.changes.during(() => this.#withdraw(meant, purposes, actor));
    });
  }

  async #withdraw(
    meant: readonly Consent[],
    purposes: readonly string[] | null,
    actor: string,
  ): Promise<readonly Consent[]> {
    const { audit, clock } = this.#parts;
    const changed: Consent[] = [];
    const now = clock.now();
    const result: Consent[] = [];
    for (const consent of meant) {
      const open = openPurposes(consent).filter((purpose) => purposes?.includes(purpose) !== false);
      if (open.length === 0) {
        result.push(consent);
        continue;
      }
      await audit.append({
        actor,
        action: WITHDRAW,
        resource: `consent:${consent.id}`,
        outcome: 'done',
        detail: { stream: consent.stream, subject: this.#pseudonym(consent), ...purposesDetail(open) },
      });
      const ended: Consent = {
        ...consent,
        events: [...consent.events, { kind: 'withdrawn', at: now, purposes: open }],
      };
      changed.push(ended);
      result.push(ended);
      // In force before it is on disk: a crash is made good from the log, an answer that came too late is not.
      await this.#tell([ended]);
    }
    await this.#write(changed);
    return result;
  }

  /** @throws {ConsentError} CONSENT_UNKNOWN */
  find(id: string): Consent {
    const consent = this.#index.find(id);
    if (consent === null) throw unknown();
    return consent;
  }

  /** Consents, the newest first. */
  async list({ stream, subject, state, limit }: ConsentFilter): Promise<readonly Consent[]> {
    const now = this.#parts.clock.now();
    const token = subject === undefined ? null : await this.#tokenOf(this.#requireStream(stream ?? ''), subject);
    return this.#index
      .all()
      .filter(
        (consent) =>
          (stream === undefined || consent.stream === stream) &&
          (token === null || consent.subject === token) &&
          (state === undefined || stateOf(consent, now) === state),
      )
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit);
  }

  /** Whether a stream takes and shows readings by consent alone. */
  isAsked(stream: string): boolean {
    return this.#parts.template().streams.get(stream)?.basis === 'consent';
  }

  /** Persons whose readings of a stream may be used for a purpose, each with the time from which on. */
  standing(stream: string, purpose: string): ReturnType<ConsentIndex['standing']> {
    return this.#index.standing(stream, purpose, this.#parts.clock.now());
  }

  /**
   * Persons whose readings of a stream may not be used for a purpose although they once agreed: what datasets leave out.
   * Who never agreed is not in it: of those `standing` lacks all the same. As rows show them.
   */
  excludedSubjects(stream: string, purpose: string): readonly string[] {
    const excluded = this.#index.excluded(stream, purpose, this.#parts.clock.now());
    return excluded.map((subject) => this.#shownSubject(stream, subject));
  }

  /** Whether somebody agrees to any purpose of a stream now. */
  covers(stream: string, subject: string): boolean {
    const now = this.#parts.clock.now();
    const asked = this.#parts.template().streams.get(stream)?.purposes ?? [];
    return this.#index
      .of(stream, subject)
      .some((consent) => standingPurposes(consent, now).some((purpose) => asked.includes(purpose)));
  }

  /** All that a gateway has to know, for one that starts. */
  snapshot(): ConsentChange {
    return this.#index.change(this.#index.all(), this.#parts.clock.now());
  }

  /** What the log says, done again over a catalogue that may be older. */
  replay(): LogReplay {
    return replayConsents({
      all: () => this.#index.all(),
      write: async (consents) => {
        await this.#write(consents);
        await this.#tell(consents);
      },
    });
  }

  /**
   * Suspends every consent that was given before a gap in the log was found: one of the entries that are lost may have
   * withdrawn it.
   *
   * @returns how many
   */
  suspend({ from, to, knownBy, end, found }: LogGap): Promise<number> {
    return this.#inTurn(async () => {
      const meant = this.#index.all().filter((consent) => !consent.suspended && consent.given <= found);
      await this.#parts.audit.append({
        actor: 'weir:control',
        action: SUSPEND,
        resource: 'consent:*',
        outcome: 'done',
        reason: 'log-gap',
        detail: { before: found, from, knownBy, end, ...(to === null ? {} : { to }) },
      });
      const suspended = meant.map((consent) => ({ ...consent, suspended: true }));
      await this.#tell(suspended);
      await this.#write(suspended);
      return suspended.length;
    });
  }

  /** Consents that wait to be confirmed. */
  get suspended(): number {
    return this.#index.all().filter(({ suspended }) => suspended).length;
  }

  /**
   * Vouches for suspended consents: they count again.
   *
   * @returns how many
   * @throws {ConsentError} CONSENT_CONFIRM_INVALID
   */
  confirm(target: ConsentTarget, actor: string): Promise<number> {
    return this.#inTurn(async () => {
      const waiting = (await this.#meant(target)).filter(({ suspended }) => suspended);
      if (waiting.length === 0) {
        throw new ConsentError('CONSENT_CONFIRM_INVALID', 'Cannot confirm: none of these consents is suspended', {
          hint: 'See those that are with `npm run -s weir -- consent list --state suspended`',
        });
      }
      for (const { id } of waiting) {
        await this.#parts.audit.append({ actor, action: CONFIRM, resource: `consent:${id}`, outcome: 'done' });
      }
      const good = waiting.map((consent) => ({ ...consent, suspended: false }));
      await this.#write(good);
      await this.#tell(good);
      return good.length;
    });
  }

  async #meant(target: ConsentTarget): Promise<readonly Consent[]> {
    if (target.kind === 'record') return [this.find(target.id)];
    if (target.kind === 'stream') return this.#index.all().filter(({ stream }) => stream === target.stream);
    const declared = this.#requireStream(target.stream);
    const found = this.#index.of(target.stream, await this.#tokenOf(declared, target.subject));
    if (found.length === 0) throw unknown();
    return found;
  }

  /** A consent with the person as rows of the stream show them. */
  asShown(consent: Consent): Consent {
    return { ...consent, subject: this.#shownSubject(consent.stream, consent.subject) };
  }

  #shownSubject(stream: string, subject: string): string {
    const declared = this.#parts.template().streams.get(stream);
    const field = declared?.fields.find(({ name }) => name === declared.subject);
    const domain = field === undefined ? null : tokenDomainOf(stream, field);
    return domain === null ? subject : (this.#parts.tokens?.shown(domain, subject) ?? subject);
  }

  /** What stands in the rows of a stream for an identifier. */
  async #tokenOf(stream: Stream, subject: string): Promise<string> {
    const field = stream.fields.find(({ name }) => name === stream.subject);
    if (field === undefined) throw notAsked(stream.name);
    if (subject === '' || subject.length > Math.min(field.maxLength, MOST_SUBJECT) || !subject.isWellFormed()) {
      throw new ConsentError('CONSENT_SUBJECT_INVALID', 'Cannot find the person: the identifier is empty or too long', {
        hint: `Give the value that devices send as the subject of ${stream.name}`,
      });
    }
    const domain = tokenDomainOf(stream.name, field);
    if (domain === null) return subject;
    if (isToken(subject)) return this.#parts.tokens?.stored(domain, subject) ?? subject;
    const format = field.token?.kind === 'format' ? field.token : null;
    const maker = await this.#parts.keys.tokenMaker(domain, format);
    try {
      return maker.text(subject);
    } catch (cause) {
      throw new ConsentError('CONSENT_SUBJECT_INVALID', 'Cannot find the person: the identifier is not of its format', {
        cause,
        hint: `Give the value that devices send as the subject of ${stream.name}`,
      });
    }
  }

  #requireStream(name: string): Stream {
    const { streams } = this.#parts.template();
    const stream = streams.get(name);
    if (stream === undefined) throw noStream(name, streams.keys());
    if (stream.basis !== 'consent' || stream.subject === null) throw notAsked(name);
    return stream;
  }

  /** What the log calls a person: the same in all entries about a stream, and nothing without the key. */
  #pseudonym({ stream, subject }: Pick<Consent, 'stream' | 'subject'>): string {
    return this.#digests.macHex(`${stream}\n${subject}`).slice(0, 32);
  }

  async #tell(consents: readonly Consent[]): Promise<void> {
    for (const consent of consents) this.#index.put(consent);
    const change = this.#index.change(consents, this.#parts.clock.now());
    await Promise.all([...this.#listeners].map((listener) => listener(change)));
  }

  async #write(consents: readonly Consent[]): Promise<void> {
    for (let at = 0; at < consents.length; at += ROWS_AT_ONCE) {
      await this.#parts.catalogue.transaction(async (tx) => {
        for (const consent of consents.slice(at, at + ROWS_AT_ONCE)) {
          const { id, stream, subject, given, expires, suspended, terms, events } = consent;
          const row = {
            id,
            stream,
            subject_digest: this.#pseudonym(consent),
            given,
            expires,
            suspended: Number(suspended),
          };
          await this.#table.put(tx, row, { subject, terms, events } as unknown as ConsentPrivate);
        }
      });
    }
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(step);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

type Row = Awaited<ReturnType<SealedTable<typeof CONSENTS.key, typeof CONSENTS.clear, ConsentPrivate>['get']>> & object;

function consentOf({ id, stream, given, expires, suspended, sealed }: Row): Consent {
  return {
    id,
    stream,
    subject: sealed.subject,
    given: given as Micros,
    expires: expires as Micros | null,
    suspended: suspended !== 0,
    terms: sealed.terms,
    events: sealed.events,
  };
}

function requirePurposes(stream: Stream, purposes: readonly string[]): readonly string[] {
  const wrong = purposes.find((purpose) => !stream.purposes.includes(purpose));
  if (wrong !== undefined) {
    throw new ConsentError('CONSENT_PURPOSE_INVALID', `Cannot record consent: ${stream.name} has no such purpose`, {
      hint: `It is for ${stream.purposes.join(', ')}`,
    });
  }
  return purposes.length === 0 ? stream.purposes : stream.purposes.filter((purpose) => purposes.includes(purpose));
}

function isSame(consent: Consent, request: ConsentRequest, purposes: readonly string[], now: Micros): boolean {
  const said = ({ expires, notice, method }: Pick<ConsentRequest, 'expires' | 'notice' | 'method'>): Json => [
    expires,
    notice === null ? null : [notice.url, notice.language],
    method,
  ];
  const standing = standingPurposes(consent, now);
  return (
    standing.join('\n') === purposes.join('\n') &&
    JSON.stringify(said({ ...consent.terms, expires: consent.expires })) === JSON.stringify(said(request))
  );
}

/** What a person agrees to under a template. */
function termsOf(
  template: Template,
  stream: Stream,
  purposes: readonly string[],
): Omit<Consent['terms'], 'notice' | 'method'> {
  const isPersonal = (cls: string): boolean => ['location', 'personal', 'identifier', 'health'].includes(cls);
  const recipients = [...template.people.values()].filter(
    ({ query, purposes: granted }) =>
      (query === 'all' || query.includes(stream.name)) && granted.some((purpose) => purposes.includes(purpose)),
  );
  return {
    purposes,
    fields: stream.fields.flatMap(({ name, class: cls }) => (isPersonal(cls) ? [{ name, class: cls }] : [])),
    controller: template.name,
    region: template.region,
    keep: stream.keep.max,
    recipients: recipients.map(({ name }) => name),
  };
}

function noStream(name: string, known: Iterable<string>): ConsentError {
  const near = nearestWord(name, known);
  return new ConsentError(
    'CONSENT_STREAM_INVALID',
    `Cannot find consents to ${name.slice(0, 64)}: there is no such stream`,
    {
      hint: near === null ? 'See which there are with `npm run -s weir -- views`' : `The nearest is ${near}`,
    },
  );
}

function notAsked(stream: string): ConsentError {
  return new ConsentError(
    'CONSENT_STREAM_INVALID',
    `Cannot find consents to ${stream.slice(0, 64)}: that stream asks for none`,
    {
      hint: 'Streams that do have `basis: consent` and a `subject` in the template',
    },
  );
}

function unknown(): ConsentError {
  return new ConsentError('CONSENT_UNKNOWN', 'Cannot find consent: nobody gave such a one', {
    hint: 'See `npm run -s weir -- consent list`',
  });
}
