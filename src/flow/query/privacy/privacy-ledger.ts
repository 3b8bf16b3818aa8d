import type { AuditSink } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueSchema, CatalogueTransaction, RowSealer } from '#base/storage/index.ts';
import type { PrivacyRules } from '#declare/template/index.ts';
import type { GapHolder, LogGap, LogReplay } from '#trust/identity/index.ts';
import { QueryError } from '../errors.ts';
import { HOLD, paymentDetail, replayPayments, SPEND } from './payment-log.ts';
import type { LoggedPayment, LoggedSpending } from './payment-log.ts';
import type { TimeBounds } from './private-predicate.ts';
import { epsilonOfRho, rhoOfEpsilon } from './privacy-budget.ts';
import type { NanoRho } from './privacy-budget.ts';

const ACCOUNTS = {
  name: 'privacy_account',
  /** `share` is the role whose allotment it is, `*` where it is nobody's. */
  key: { stream: 'text', start: 'integer', share: 'text' },
  /** Loss in billionths of ρ, and how many answers it was. */
  clear: { finish: 'integer', spent: 'integer', answers: 'integer' },
} as const;

/** Where the ledger stands in the log, by stream; `*` is all streams. */
const MARKS = {
  name: 'privacy_mark',
  key: { stream: 'text' },
  clear: {
    /** Number of the last payment that the accounts have. */
    paid: 'integer',
    /** Entries of payments without a number that stand before this place of the log are in the accounts. */
    read: 'integer',
    /** Periods that begin up to then count as wholly spent; epoch microseconds, -1 for none. */
    held: 'integer',
  },
} as const;

const SCHEMA: CatalogueSchema = { room: 'privacy', migrations: [sealedTableSql(ACCOUNTS), sealedTableSql(MARKS)] };

const ALL_STREAMS = '*';
const NO_MARK = { paid: 0, read: 0, held: -1 };

/** Who has no allotment of its own spends what is not allotted. */
export const COMMON_SHARE = '*';
/** Rows of one period, at the end of all times. */
const FOR_EVER = Number.MAX_SAFE_INTEGER;
/** Periods that one statement may read. */
const MOST_PERIODS = 1_000;

/** Rows of a stream received from `start` to before `finish`, in epoch microseconds. */
export interface Period {
  readonly start: number;
  readonly finish: number;
}

/** What somebody asks to spend. */
export interface Spending {
  readonly stream: string;
  readonly rules: PrivacyRules;
  /** Roles of who asks; the first that has an allotment pays. */
  readonly roles: readonly string[];
  /** Every period of which rows may be read. */
  readonly periods: readonly Period[];
  readonly rho: NanoRho;
  readonly actor: string;
  readonly view: string;
  /** Epoch microseconds. */
  readonly now: number;
}

/** What is left after an answer, of the period that has least. */
export interface Balance {
  /** ε that the answer cost by itself. */
  readonly cost: number;
  readonly epsilon: number;
  readonly delta: number;
  readonly left: number;
}

interface Account extends Period {
  readonly stream: string;
  readonly share: string;
  readonly spent: NanoRho;
  readonly answers: number;
}

/** The state of one stream's budget. ε by itself does not add up: each is worked out of the whole loss behind it. */
export interface BudgetState {
  readonly stream: string;
  readonly epsilon: number;
  readonly delta: number;
  readonly answers: number;
  /** What all answers of all periods together may have told of one person who was there all along. */
  readonly lifetime: number;
  readonly periods: readonly {
    readonly start: number | null;
    readonly finish: number | null;
    readonly spent: number;
    /** The greatest ε that one more answer may cost. */
    readonly left: number;
    readonly shares: readonly { readonly share: string; readonly spent: number; readonly left: number }[];
  }[];
}

/**
 * What answers with noise have told so far, by stream and period of receipt: one ledger for all private views of a stream
 * and for everybody who asks. What is to be told is written down, durably, before anything is worked out of it; a crash
 * in between costs budget and never privacy. Two at once are one after the other, for the check and the entry are one
 * transaction.
 *
 * An older copy of it is made good by the log: each payment has a number that grows with time, and those that the copy does
 * not have are entered again. Where the log itself lacks entries nobody can tell what they paid for, so whatever was
 * received before counts as wholly spent.
 */
export class PrivacyLedger implements GapHolder {
  readonly #catalogue: Catalogue;
  readonly #accounts: SealedTable<typeof ACCOUNTS.key, typeof ACCOUNTS.clear>;
  readonly #marks: SealedTable<typeof MARKS.key, typeof MARKS.clear>;
  readonly #audit: AuditSink;

  private constructor(catalogue: Catalogue, sealer: RowSealer, audit: AuditSink) {
    this.#catalogue = catalogue;
    this.#accounts = new SealedTable(ACCOUNTS, sealer);
    this.#marks = new SealedTable(MARKS, sealer);
    this.#audit = audit;
  }

  static async open(catalogue: Catalogue, sealer: RowSealer, audit: AuditSink): Promise<PrivacyLedger> {
    await catalogue.migrate(SCHEMA);
    return new PrivacyLedger(catalogue, sealer, audit);
  }

  /**
   * Pays for an answer in every period that it reads. Durable, and in the log, before this resolves.
   *
   * @throws {QueryError} QUERY_BUDGET_SPENT where one of them has not enough left; nothing is paid then
   */
  async spend({ stream, rules, roles, periods, rho, actor, view, now }: Spending): Promise<Balance> {
    const limits = limitsOf(rules);
    const share = shareOf(rules, roles);
    const { lefts, payment } = await this.#catalogue.transaction(async (tx) => {
      const accounts = await this.#of(tx, stream);
      const mark = await this.#mark(tx, stream);
      const held = await this.#held(tx);
      const left: NanoRho[] = [];
      for (const period of periods) {
        if (period.start <= held) throw heldBack(stream, held, rules);
        const after = leftIn(accounts, period, share, limits) - rho;
        if (after < 0) throw overspent(stream, period, after + rho, rules);
        left.push(after);
        await this.#charge(tx, accounts, { stream, share, rho, period });
      }
      // A time, not a count: a copy that has payments which never came into the log does not pass for one that has later ones.
      const paid = Math.max(mark.paid + 1, now);
      await this.#marks.put(tx, { ...mark, stream, paid }, null);
      return { lefts: left, payment: paid };
    });
    const { epsilon, delta } = rules;
    await this.#audit.append({
      actor,
      action: SPEND,
      resource: `stream:${stream}`,
      outcome: 'done',
      detail: paymentDetail(periods, { view, share, rho, payment }),
    });
    return { cost: epsilonOfRho(rho, delta), epsilon, delta, left: epsilonOfRho(Math.min(...lefts), delta) };
  }

  /** What the log says was paid, done again over a catalogue that may be older; before anybody is let in. */
  replay(): LogReplay {
    return replayPayments((spending) => this.#settle(spending));
  }

  /**
   * Counts everything that was received before a gap in the log was found as wholly spent: one of the lost entries may
   * have paid for it. Nobody can vouch for what was told, so there is nothing to confirm.
   *
   * @returns 0: nothing waits
   */
  async suspend({ from, to, knownBy, end, found }: LogGap): Promise<number> {
    await this.#audit.append({
      actor: 'weir:control',
      action: HOLD,
      resource: 'stream:*',
      outcome: 'done',
      reason: 'log-gap',
      detail: { before: found, from, knownBy, end, ...(to === null ? {} : { to }) },
    });
    await this.#catalogue.transaction((tx) => this.#hold(tx, found));
    return 0;
  }

  /** The state of a stream's budget, the newest period first. */
  async state(stream: string, rules: PrivacyRules, now: number): Promise<BudgetState> {
    const accounts = await this.#of(this.#catalogue, stream);
    const held = await this.#held(this.#catalogue);
    const limits = limitsOf(rules);
    const { epsilon, delta } = rules;
    const current = periodsOf(rules, { from: now, to: null }, now, now);
    const paid = accounts.map(({ start, finish }) => ({ start, finish }));
    const periods = new Map([...current, ...paid].map((period) => [period.start, period]));
    const epsilonSpent = (of: readonly Account[]): number => epsilonOfRho(sumOf(of), delta);
    const isHeld = ({ start }: Period): boolean => start <= held;
    /** What the lost entries may have paid of a period, beyond what is known. */
    const unknown = (period: Period): NanoRho =>
      isHeld(period) ? Math.max(0, limits.all - sumOf(accounts.filter((account) => overlaps(account, period)))) : 0;
    const lost = [...periods.values()].reduce((sum, period) => sum + unknown(period), 0);
    return {
      stream,
      epsilon,
      delta,
      answers: accounts.reduce((sum, { answers }) => Math.max(sum, answers), 0),
      lifetime: epsilonOfRho(sumOf(accounts) + lost, delta),
      periods: [...periods.values()]
        .sort((a, b) => b.start - a.start)
        .map((period) => {
          const within = accounts.filter((account) => overlaps(account, period));
          const shares = [...limits.shares.keys()];
          return {
            start: period.start === 0 ? null : period.start,
            finish: period.finish === FOR_EVER ? null : period.finish,
            spent: epsilonOfRho(sumOf(within) + unknown(period), delta),
            left: isHeld(period) ? 0 : epsilonOfRho(Math.max(0, limits.all - sumOf(within)), delta),
            shares: shares.map((share) => ({
              share,
              spent: epsilonSpent(within.filter((account) => account.share === share)),
              left: isHeld(period) ? 0 : epsilonOfRho(Math.max(0, leftIn(accounts, period, share, limits)), delta),
            })),
          };
        }),
    };
  }

  async #of(tx: CatalogueTransaction, stream: string): Promise<readonly Account[]> {
    return this.#accounts.list(tx, { where: { stream } });
  }

  async #mark(tx: CatalogueTransaction, stream: string) {
    return (await this.#marks.get(tx, { stream })) ?? { ...NO_MARK, stream };
  }

  /** Up to when all counts as spent. */
  async #held(tx: CatalogueTransaction): Promise<number> {
    return (await this.#mark(tx, ALL_STREAMS)).held;
  }

  async #hold(tx: CatalogueTransaction, to: number): Promise<void> {
    const mark = await this.#mark(tx, ALL_STREAMS);
    await this.#marks.put(tx, { ...mark, held: Math.max(mark.held, to) }, null);
  }

  /** Enters a loss; `accounts` is the state before. */
  async #charge(
    tx: CatalogueTransaction,
    accounts: readonly Account[],
    { stream, share, rho, period }: { stream: string; share: string; rho: NanoRho; period: Period },
  ): Promise<void> {
    const own = accounts.find((account) => account.start === period.start && account.share === share);
    const { spent, answers } = own ?? { spent: 0, answers: 0 };
    // A period that ends later than it did, after a change of the template, still holds what was paid in it.
    const finish = Math.max(period.finish, own?.finish ?? 0);
    const key = { stream, start: period.start, share };
    await this.#accounts.put(tx, { ...key, finish, spent: spent + rho, answers: answers + 1 }, null);
  }

  /** All of it or nothing, so that a crash in between leaves it to the next start. */
  async #settle({ payments, heldTo }: LoggedSpending): Promise<void> {
    if (payments.length === 0 && heldTo === null) return;
    await this.#catalogue.transaction(async (tx) => {
      if (heldTo !== null) await this.#hold(tx, heldTo);
      for (const stream of new Set(payments.map((payment) => payment.stream))) {
        await this.#settleStream(
          tx,
          stream,
          payments.filter((payment) => payment.stream === stream),
        );
      }
    });
  }

  /** Two that paid at once may stand in the log in any order, so each is held against the mark as it was found. */
  async #settleStream(tx: CatalogueTransaction, stream: string, payments: readonly LoggedPayment[]): Promise<void> {
    const mark = await this.#mark(tx, stream);
    let { paid, read } = mark;
    for (const { payment, index, share, rho, first, finish, periods } of payments) {
      const isKnown = payment === null ? index < mark.read : payment <= mark.paid;
      if (isKnown) continue;
      if (payment === null) read = Math.max(read, index + 1);
      else paid = Math.max(paid, payment);
      const length = (finish - first) / periods;
      for (let at = 0; at < periods; at++) {
        const period = { start: first + at * length, finish: first + (at + 1) * length };
        const key = { stream, start: period.start, share };
        const own = await this.#accounts.get(tx, key);
        await this.#charge(tx, own === null ? [] : [own], { stream, share, rho, period });
      }
    }
    await this.#marks.put(tx, { stream, paid, read, held: mark.held }, null);
  }
}

/**
 * The periods of which a statement may read rows. Times of receipt are the platform's own: no device moves its rows into
 * a period whose budget is not spent.
 *
 * @param received what the statement says of the time of receipt
 * @param first when the first row was received, as far as is known
 * @throws {QueryError} QUERY_REFUSED where they are too many
 */
export function periodsOf(
  { renew }: PrivacyRules,
  received: TimeBounds,
  first: number,
  now: number,
): readonly Period[] {
  if (renew === null) return [{ start: 0, finish: FOR_EVER }];
  const length = renew * 1_000;
  const from = Math.floor(Math.max(received.from ?? 0, Math.min(first, now)) / length);
  const to = Math.floor((Math.min(received.to ?? Infinity, now + 1) - 1) / length);
  if (to - from >= MOST_PERIODS) {
    throw new QueryError('QUERY_REFUSED', `Cannot run statement: it reads ${to - from + 1} periods of the budget`, {
      hint: 'Say which rows with WHERE received >= …',
    });
  }
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => ({
    start: (from + i) * length,
    finish: (from + i + 1) * length,
  }));
}

interface Limits {
  readonly all: NanoRho;
  readonly shares: ReadonlyMap<string, NanoRho>;
}

/** Shares are parts of ρ, which adds up, as ε does not. */
function limitsOf({ epsilon, delta, allot }: PrivacyRules): Limits {
  const all = rhoOfEpsilon(epsilon, delta);
  const shares = new Map(Object.entries(allot).map(([role, share]) => [role, Math.floor(all * share)]));
  const allotted = [...shares.values()].reduce((sum, share) => sum + share, 0);
  return { all, shares: shares.set(COMMON_SHARE, Math.max(0, all - allotted)) };
}

function shareOf({ allot }: PrivacyRules, roles: readonly string[]): string {
  return Object.keys(allot).find((role) => roles.includes(role)) ?? COMMON_SHARE;
}

/** What a share may still spend in a period: of its own part, and of what is left at all. */
function leftIn(accounts: readonly Account[], period: Period, share: string, limits: Limits): NanoRho {
  const within = accounts.filter((account) => overlaps(account, period));
  const own = within.filter((account) => account.share === share);
  return Math.min(limits.all - sumOf(within), (limits.shares.get(share) ?? 0) - sumOf(own));
}

function overlaps(one: Period, other: Period): boolean {
  return one.start < other.finish && other.start < one.finish;
}

function sumOf(accounts: readonly Account[]): NanoRho {
  return accounts.reduce((sum, { spent }) => sum + spent, 0);
}

function heldBack(stream: string, held: number, { renew }: PrivacyRules): QueryError {
  const until = new Date(held / 1_000).toISOString();
  return new QueryError(
    'QUERY_BUDGET_SPENT',
    `Cannot run statement: the privacy budget of ${stream} counts as spent for what was received until ${until}, since the log lacks entries`,
    {
      hint:
        renew === null
          ? 'Give the stream a budget that is renewed, for what was received since'
          : 'Ask of newer rows alone with WHERE received >= …',
    },
  );
}

function overspent(stream: string, { start }: Period, left: NanoRho, { delta, renew }: PrivacyRules): QueryError {
  const which = renew === null ? '' : ` for what was received from ${new Date(start / 1_000).toISOString()} on`;
  const rest = epsilonOfRho(Math.max(0, left), delta);
  return new QueryError(
    'QUERY_BUDGET_SPENT',
    `Cannot run statement: the privacy budget of ${stream} has ε ${rest.toPrecision(3)} left${which}`,
    {
      hint:
        renew === null
          ? 'Ask for less with a smaller epsilon; see what was spent with `npm run -s weir -- privacy`'
          : 'Ask for less with a smaller epsilon, or of newer rows alone with WHERE received >= …',
    },
  );
}
