import type { AuditEvent } from '#base/core/index.ts';
import type { LoggedEvent, LogReplay } from '#trust/identity/index.ts';

/** Action of the entry by which an answer is paid for. */
export const SPEND = 'spend-privacy';
/** Action of the entry by which all budgets count as spent up to a time. */
export const HOLD = 'hold-privacy';

/** A payment as the log has it: the same loss in each of some periods that follow one another. */
export interface LoggedPayment {
  readonly stream: string;
  readonly share: string;
  readonly rho: number;
  /** Start of the first period, and finish of the last, in epoch microseconds. */
  readonly first: number;
  readonly finish: number;
  readonly periods: number;
  /** Greater than that of every earlier payment of the stream; null in entries that had no number yet. */
  readonly payment: number | null;
  /** Place of the entry. */
  readonly index: number;
}

/** What the log says was paid, and up to when all counts as spent. */
export interface LoggedSpending {
  readonly payments: readonly LoggedPayment[];
  /** Epoch microseconds; null where nothing was held. */
  readonly heldTo: number | null;
}

/** An entry's detail. @param periods as `periodsOf` gives them: of one length, each begins where the one before ends */
export function paymentDetail(
  periods: readonly { readonly start: number; readonly finish: number }[],
  paid: { readonly view: string; readonly share: string; readonly rho: number; readonly payment: number },
): NonNullable<AuditEvent['detail']> {
  const { view, share, rho, payment } = paid;
  const [first, finish] = [periods[0]?.start ?? 0, periods.at(-1)?.finish ?? 0];
  return { view, share, nano_rho: rho, payment, periods: periods.length, first, finish };
}

/** A payment of the log; null for any other entry. */
export function parsePayment({ index, time, event }: LoggedEvent): LoggedPayment | null {
  const { action, resource, outcome, detail } = event;
  const stream = /^stream:(.+)$/s.exec(resource)?.[1];
  if (action !== SPEND || outcome !== 'done' || stream === undefined || detail === undefined) return null;
  const { share, nano_rho: rho, first, periods, finish, payment } = detail;
  if (typeof share !== 'string' || !isCount(rho) || !isCount(first) || !isCount(periods)) return null;
  const paid = { stream, share, rho, first, index };
  if (isCount(finish) && isCount(payment)) return { ...paid, finish, periods, payment };
  // How long a period was is not said: it read nothing that was received later than now, and each row at most once.
  const isEver = first === 0 && periods === 1;
  return {
    ...paid,
    finish: isEver ? Number.MAX_SAFE_INTEGER : Math.max(first, time) + 1,
    periods: Math.min(1, periods),
    payment: null,
  };
}

/** Gathers what the log says of budgets, in its order. @param settle gives all of it its effect */
export function replayPayments(settle: (spending: LoggedSpending) => Promise<void>): LogReplay {
  const payments: LoggedPayment[] = [];
  let heldTo: number | null = null;
  return {
    take(entry) {
      const payment = parsePayment(entry);
      if (payment !== null) payments.push(payment);
      const { action, outcome, detail } = entry.event;
      const before = detail?.['before'];
      if (action === HOLD && outcome === 'done' && isCount(before)) heldTo = Math.max(heldTo ?? 0, before);
    },
    apply: () => settle({ payments, heldTo }),
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
