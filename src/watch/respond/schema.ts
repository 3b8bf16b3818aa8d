import type { CatalogueSchema } from '#base/storage/index.ts';
import { sealedTableSql } from '#base/storage/index.ts';
import { ALERT_CHANGES, ALERT_TABLES } from './alert-book.ts';
import { RULE_TABLES } from './rule-book.ts';

/** Where the newest state of the watch is: one row, of the file whose key opens it. */
export const WATCH_STATES = {
  name: 'watch_state',
  key: { name: 'text' },
  clear: { file: 'text', saved: 'integer' },
} as const;

/** Up to when alerts that have to be answered were: by what is answered. */
export const WATCH_ANSWERED = {
  name: 'watch_answered',
  key: { name: 'text' },
  clear: { reached: 'integer' },
} as const;

/** The tables of this wing. */
export const WATCH_SCHEMA: CatalogueSchema = {
  room: 'watch',
  migrations: [
    [...ALERT_TABLES, ...sealedTableSql(WATCH_STATES)],
    [...RULE_TABLES],
    [...ALERT_CHANGES],
    [...sealedTableSql(WATCH_ANSWERED)],
  ],
};
