import { seconds } from '#base/core/index.ts';
import type { LateAuditSink, Log } from '#base/core/index.ts';
import type { Catalogue, RowSealer } from '#base/storage/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { AuditLog } from '#trust/audit/index.ts';
import { entriesFrom } from './audit-reader.ts';
import { keepCounts } from './keep-counts.ts';
import { LeftOutBook } from './left-out-book.ts';
import { LogCounts } from './log-counts.ts';
import { LEFT_OUT_COUNTS, LOG_COUNTS, PeriodCounts, REFUSAL_COUNTS, TOKEN_COUNTS } from './period-counts.ts';
import { RefusalBook } from './refusal-book.ts';
import { TokenBook } from './token-book.ts';

export interface OpenCountsParts {
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  readonly audit: AuditLog;
  /** Takes counts while the log cannot be written. */
  readonly owed: LateAuditSink;
  readonly log: Log;
  readonly template: () => Template;
}

/** What is counted of single readings and entries, for views and the log. Disposing of them keeps what is not kept yet. */
export interface Counts extends AsyncDisposable {
  readonly refusals: RefusalBook;
  readonly logCounts: LogCounts;
  readonly tokens: TokenBook;
  readonly leftOut: LeftOutBook;
}

const KEPT_EVERY = seconds(15);

/** Opens all counts, and keeps them from time to time: a crash costs the last seconds. */
export async function openCounts(parts: OpenCountsParts): Promise<Counts> {
  const { catalogue, sealer, audit, owed, log, template } = parts;
  const refusals = new RefusalBook(await PeriodCounts.open(catalogue, sealer, REFUSAL_COUNTS), owed, log);
  const logCounts = new LogCounts({
    counts: await PeriodCounts.open(catalogue, sealer, LOG_COUNTS),
    entries: (from) => entriesFrom(audit, from),
  });
  const tokens = new TokenBook({
    counts: await PeriodCounts.open(catalogue, sealer, TOKEN_COUNTS),
    audit,
    log,
    most: () => template().limits.newTokens,
  });
  const leftOut = new LeftOutBook(await PeriodCounts.open(catalogue, sealer, LEFT_OUT_COUNTS));
  const kept = keepCounts([refusals, logCounts, tokens, leftOut], KEPT_EVERY, log);
  return { refusals, logCounts, tokens, leftOut, [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose]() };
}
