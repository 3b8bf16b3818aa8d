import type { AuditSink, Clock, Json } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueTransaction, RowSealer } from '#base/storage/index.ts';
import type { Finding } from '#watch/detect/index.ts';
import type { Alert, AlertState, Answer } from './alert.ts';
import { muteUpTo, ruleFor, ruleOf } from './alert-rule.ts';
import type { AlertRule } from './alert-rule.ts';
import { RespondError } from './errors.ts';
import { alertOf, mergeFinding, overlaps } from './merge-finding.ts';
import { isOfProber } from './of-prober.ts';
import { redactAlert } from './redact-alert.ts';
import type { Concerned } from './redact-alert.ts';
import type { RuleBook } from './rule-book.ts';
import { subjectOf } from './subject-of.ts';

const ALERTS = {
  name: 'watch_alert',
  key: { id: 'text' },
  // In clear: digests, ids and times. Who and what it is about is sealed.
  clear: {
    subject: 'text',
    raised: 'integer',
    first: 'integer',
    last: 'integer',
    state: 'text',
    changed: 'integer?',
  },
  sealed: (value: Json) => value as unknown as SealedAlert,
  indexes: [['raised'], ['subject', 'last']],
} as const;

/** As it was first made; `changed` came later. */
const { changed: _later, ...FIRST_CLEAR } = ALERTS.clear;
export const ALERT_TABLES: readonly string[] = sealedTableSql({ ...ALERTS, clear: FIRST_CLEAR });
/** Null in rows of before: a row counts as changed from its next change on. */
export const ALERT_CHANGES: readonly string[] = [
  'ALTER TABLE watch_alert ADD COLUMN changed BIGINT',
  'CREATE INDEX watch_alert_changed ON watch_alert (changed)',
];

/** An alert as JSON. */
type SealedAlert = { readonly alert: Alert } & Json;

export interface AlertBookParts {
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  readonly audit: AuditSink;
  readonly clock: Clock;
  /** What people said that alerts are to be. */
  readonly rules: RuleBook;
}

/** Which alerts are wanted; all conditions hold. */
export interface AlertFilter {
  readonly state?: AlertState;
  readonly device?: string;
  /** Alerts of the prober are left out where no stream is asked for. */
  readonly stream?: string;
  /** Raised after this time, epoch microseconds. */
  readonly since?: number;
  /** Alone those of which this holds. */
  readonly which?: (alert: Alert) => boolean;
  readonly limit: number;
}

const ACTOR = 'weir:watch';
/** Confirmed alerts of a device and stream that a false alarm is held against. */
const MOST_CONFIRMED = 1_000;
/** Alerts that are read at once while looking for those of one device. */
const PAGE = 500;

/**
 * Alerts, kept sealed. A finding that is told again, or that overlaps an alert of the same device and stream, becomes
 * part of that alert, so that nothing is doubled whatever is read again.
 */
export class AlertBook {
  readonly #parts: AlertBookParts;
  readonly #table: SealedTable<typeof ALERTS.key, typeof ALERTS.clear, SealedAlert>;
  readonly #listeners = new Set<(alert: Alert) => void>();
  #total = 0;
  #latest = 0;

  private constructor(parts: AlertBookParts) {
    this.#parts = parts;
    this.#table = new SealedTable(ALERTS, parts.sealer);
  }

  /** The catalogue must have the tables of the room. */
  static async open(parts: AlertBookParts): Promise<AlertBook> {
    const book = new AlertBook(parts);
    for await (const alert of book.#all()) book.#total += countOf(alert);
    const [newest] = await book.#table.list(parts.catalogue, {
      where: { changed: { not: null } },
      order: ['changed'],
      descending: true,
      limit: 1,
    });
    book.#latest = newest?.changed ?? 0;
    return book;
  }

  /** How many there are, without those of what the prober sent. */
  get total(): number {
    return this.#total;
  }

  /** Takes findings in their order. New alerts are in the log before they are there. */
  async raise(findings: readonly Finding[]): Promise<readonly Alert[]> {
    const changed = new Map<string, Alert>();
    for (const finding of findings) {
      const alert = await this.#take(finding);
      if (alert !== null) changed.set(alert.id, alert);
    }
    for (const alert of changed.values()) for (const listener of this.#listeners) listener(alert);
    return [...changed.values()];
  }

  /** @throws {RespondError} RESPOND_ALERT_UNKNOWN */
  async get(id: string): Promise<Alert> {
    const row = await this.#table.get(this.#parts.catalogue, { id });
    if (row === null) throw unknown(id);
    return row.sealed.alert;
  }

  /** The newest first. */
  async list({ state, device, stream, since, which = () => true, limit }: AlertFilter): Promise<readonly Alert[]> {
    const found: Alert[] = [];
    let below: number | undefined;
    for (;;) {
      const rows = await this.#table.list(this.#parts.catalogue, {
        where: {
          ...(state === undefined ? {} : { state }),
          raised: { ...(since === undefined ? {} : { from: since + 1 }), ...(below === undefined ? {} : { below }) },
        },
        order: ['raised', 'id'],
        descending: true,
        limit: PAGE,
      });
      for (const { sealed } of rows) {
        const { alert } = sealed;
        const asked = stream === undefined ? !isOfProber(alert) : alert.stream === stream;
        if (asked && (device === undefined || alert.device === device) && which(alert)) found.push(alert);
        if (found.length >= limit) return found;
      }
      const last = rows.at(-1);
      if (rows.length < PAGE || last === undefined || last.raised === below) return found;
      // Those of the same microsecond as the last may be cut off: they come again with the next page.
      below = last.raised;
    }
  }

  /** Adds what somebody said of an alert. @throws {RespondError} RESPOND_ALERT_UNKNOWN */
  async answer(id: string, answer: Omit<Answer, 'at'>): Promise<Alert> {
    const { audit, catalogue } = this.#parts;
    await this.get(id);
    await audit.append({
      actor: answer.by,
      action: 'answer-alert',
      resource: `alert:${id}`,
      outcome: 'done',
      detail: { verdict: answer.verdict },
    });
    const alert = await catalogue.transaction(async (tx) => {
      const row = await this.#table.get(tx, { id });
      if (row === null) throw unknown(id);
      const now = this.#stamp();
      const { alert: before } = row.sealed;
      const answers = [...before.answers, { ...answer, at: now }];
      const after: Alert = { ...before, state: answer.verdict, answers, changed: now };
      await this.#put(tx, after);
      return after;
    });
    await this.#learn(alert, answer);
    for (const listener of this.#listeners) listener(alert);
    return alert;
  }

  /**
   * What an answer makes of later alerts: what is like a false alarm is one, what is expected is so until the time. A
   * false alarm that a confirmed alert is like, or graver than, makes nothing: that one must be told again. What is
   * confirmed later takes back the mutes of its device that it falls under.
   */
  async #learn(alert: Alert, { verdict, by, reason, until }: Omit<Answer, 'at'>): Promise<void> {
    const { rules } = this.#parts;
    const { id, device, stream, start } = alert;
    const field = alert.causes[0]?.field ?? null;
    const of = ruleOf(alert);
    const rule = { device, stream, field, by, reason, alert: id, ...(of === null ? {} : { rule: of }) };
    switch (verdict) {
      case 'false-alarm': {
        const mostTimes = muteUpTo(alert, await this.#confirmedOf(alert));
        if (mostTimes !== null) await rules.add({ ...rule, kind: 'muted', mostTimes, from: start, until: null });
        return;
      }
      case 'expected':
        await rules.add({ ...rule, kind: 'expected', mostTimes: null, from: start, until });
        return;
      case 'confirmed': {
        // What was found to be true is told again, whatever silenced it.
        const mutes = () => rules.all.filter((one) => one.kind === 'muted' && one.device === device);
        for (let mute = ruleFor(alert, mutes()); mute !== null; mute = ruleFor(alert, mutes())) {
          await rules.revert(mute.version, by);
        }
      }
    }
  }

  /** Confirmed alerts of a device and stream. */
  #confirmedOf({ device, stream }: Pick<Finding, 'device' | 'stream'>): Promise<readonly Alert[]> {
    const of = { ...(device === null ? {} : { device }), ...(stream === null ? {} : { stream }) };
    return this.list({ state: 'confirmed', ...of, limit: MOST_CONFIRMED });
  }

  /**
   * Lets alerts go that are kept no longer than the readings they show.
   *
   * @param keep milliseconds that readings of a stream, or null for what is of none, are kept at most; null for ever
   * @returns how many went
   */
  async expire(keep: (stream: string | null) => number | null): Promise<number> {
    const { audit, catalogue, clock } = this.#parts;
    const now = clock.now();
    const due: Alert[] = [];
    for await (const alert of this.#all()) {
      const most = keep(alert.stream);
      if (most !== null && alert.raised + most * 1_000 <= now) due.push(alert);
    }
    if (due.length === 0) return 0;
    const detail = { alerts: due.length };
    await audit.append({ actor: ACTOR, action: 'expire-alerts', resource: 'alert:*', outcome: 'done', detail });
    await catalogue.transaction(async (tx) => {
      for (const { id } of due) await this.#table.delete(tx, { id });
    });
    this.#total -= due.reduce((sum, alert) => sum + countOf(alert), 0);
    return due.length;
  }

  /** When an alert changed last; no two changes are at one time. Epoch microseconds. */
  get latestChange(): number {
    return this.#latest;
  }

  /** Alerts that changed after a time, in the order of their changes. @param after epoch microseconds */
  async *changedAfter(after: number): AsyncGenerator<Alert> {
    for (let from = after + 1; ;) {
      const where = { changed: { from } };
      const rows = await this.#table.list(this.#parts.catalogue, { where, order: ['changed'], limit: PAGE });
      for (const { sealed } of rows) yield sealed.alert;
      const last = rows.at(-1)?.changed ?? null;
      if (rows.length < PAGE || last === null) return;
      from = last + 1;
    }
  }

  /** How many alerts changed after a time. @param after epoch microseconds */
  countAfter(after: number): Promise<number> {
    return this.#table.count(this.#parts.catalogue, { changed: { from: after + 1 } });
  }

  /** How many alerts hold something of a person. */
  async concerning(concerned: Concerned): Promise<number> {
    let found = 0;
    for await (const alert of this.#all()) if (redactAlert(alert, concerned) !== alert) found += 1;
    return found;
  }

  /**
   * Takes out of alerts whatever is about a person, and the rules that were made about devices of theirs. Repeated, it finds nothing.
   *
   * @returns how many alerts went or were changed
   */
  async redact(concerned: Concerned, by: string): Promise<number> {
    const { audit, catalogue, rules } = this.#parts;
    const due: { readonly alert: Alert; readonly left: Alert | null }[] = [];
    for await (const alert of this.#all()) {
      const left = redactAlert(alert, concerned);
      if (left !== alert) due.push({ alert, left });
    }
    await rules.forget(concerned.devices, by);
    if (due.length === 0) return 0;
    const gone = due.flatMap(({ alert, left }) => (left === null ? [alert] : []));
    const detail = { gone: gone.length, changed: due.length - gone.length };
    await audit.append({ actor: by, action: 'redact-alerts', resource: 'alert:*', outcome: 'done', detail });
    await catalogue.transaction(async (tx) => {
      for (const { alert, left } of due) {
        if (left === null) await this.#table.delete(tx, { id: alert.id });
        else await this.#put(tx, left);
      }
    });
    this.#total -= gone.reduce((sum, alert) => sum + countOf(alert), 0);
    return due.length;
  }

  /** Hears each alert that is new or changed, until the result is disposed of. */
  onChange(listener: (alert: Alert) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** All alerts, page by page in the order of their ids. */
  async *#all(): AsyncGenerator<Alert> {
    for (let last = ''; ;) {
      const where = { id: { from: last } };
      const rows = await this.#table.list(this.#parts.catalogue, { where, order: ['id'], limit: PAGE });
      for (const { id, sealed } of rows) if (id !== last) yield sealed.alert;
      if (rows.length < PAGE) return;
      last = rows.at(-1)!.id;
    }
  }

  /** @returns null where nothing changed */
  async #take(finding: Finding): Promise<Alert | null> {
    const { audit, catalogue } = this.#parts;
    const known = await catalogue.transaction((tx) => this.#find(tx, finding));
    if (known === null) {
      await audit.append({
        actor: ACTOR,
        action: 'raise-alert',
        resource: `alert:${finding.id}`,
        outcome: 'done',
        detail: detailOf(finding),
      });
    }
    // Marks on other devices are held against what was confirmed of this one.
    const { all: rules } = this.#parts.rules;
    const silencing = ruleFor(finding, rules);
    const ofOthers = silencing?.kind === 'muted' && silencing.device !== finding.device;
    const confirmed = ofOthers ? await this.#confirmedOf(finding) : [];
    return catalogue.transaction(async (tx) => {
      const before = await this.#find(tx, finding);
      const now = this.#stamp();
      const told = before === null ? alertOf(finding, now) : mergeFinding(before, finding, now);
      if (told === before) return null;
      const after = settle(told, rules, confirmed, now);
      if (before === null) this.#total += countOf(after);
      await this.#put(tx, after);
      return after;
    });
  }

  /** The alert that a finding belongs to. */
  async #find(tx: CatalogueTransaction, finding: Finding): Promise<Alert | null> {
    const own = await this.#table.get(tx, { id: finding.id });
    if (own !== null) return own.sealed.alert;
    const rows = await this.#table.list(tx, {
      where: { subject: subjectOf(finding), last: { from: finding.start } },
      order: ['last', 'id'],
      limit: PAGE,
    });
    return rows.map(({ sealed }) => sealed.alert).find((alert) => overlaps(alert, finding)) ?? null;
  }

  /** Now, and later than every change before: by it followers and webhooks know how far they are. */
  #stamp(): number {
    this.#latest = Math.max(this.#parts.clock.now(), this.#latest + 1);
    return this.#latest;
  }

  async #put(tx: CatalogueTransaction, alert: Alert): Promise<void> {
    const { id, raised, start, end, state, changed } = alert;
    const row = { id, subject: subjectOf(alert), raised, first: start, last: end, state, changed };
    await this.#table.put(tx, row, { alert });
  }
}

/** Who answers where a rule does. */
const RULE = 'rule:';

/**
 * What rules make of an alert that nobody has answered. One that outgrows its rule, as by lasting longer or getting
 * graver, is new again.
 */
function settle(alert: Alert, rules: readonly AlertRule[], confirmed: readonly Alert[], now: number): Alert {
  if (alert.answers.some(({ by }) => !by.startsWith(RULE))) return alert;
  const rule = ruleFor(alert, rules, confirmed);
  // Raised anew, so that whoever answers what is raised hears of it.
  if (rule === null) return alert.state === 'new' ? alert : { ...alert, state: 'new', answers: [], raised: now };
  const verdict = rule.kind === 'muted' ? 'false-alarm' : 'expected';
  const by = `${RULE}${rule.version}`;
  if (alert.answers.at(-1)?.by === by) return alert;
  return { ...alert, state: verdict, answers: [{ verdict, by, at: now, reason: rule.reason, until: rule.until }] };
}

/** What the log says of a new alert: enough for rules over the log, and no value of a reading. */
function detailOf(finding: Finding): Readonly<Record<string, string>> {
  const { device, stream, severity, rule, detectors, causes } = finding;
  const [detector] = detectors;
  const [cause] = causes;
  return {
    ...(device === null ? {} : { device }),
    ...(stream === null ? {} : { stream }),
    severity,
    ...(rule === undefined ? {} : { rule: rule.name }),
    ...(rule !== undefined || detector === undefined ? {} : { detector: detector.name }),
    ...(cause === undefined ? {} : { field: cause.field }),
  };
}

/** What of an alert is counted: nothing of the prober's. */
function countOf(alert: Alert): number {
  return isOfProber(alert) ? 0 : 1;
}

function unknown(id: string): RespondError {
  return new RespondError('RESPOND_ALERT_UNKNOWN', `Cannot find alert ${id}: there is none`, {
    hint: 'See those there are with `npm run -s weir -- alerts`',
  });
}
