export { RespondError } from './errors.ts';
export type { RespondErrorCode } from './errors.ts';
export { ALERT_STATES } from './alert.ts';
export type { Alert, AlertState, Answer } from './alert.ts';
export { AlertBook } from './alert-book.ts';
export type { AlertFilter } from './alert-book.ts';
export { WATCH_SCHEMA, WATCH_STATES } from './schema.ts';
