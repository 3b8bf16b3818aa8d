export { CliError } from './errors.ts';
export type { CliErrorCode } from './errors.ts';
export { formatTable } from './text-table.ts';
export type { Cell } from './text-table.ts';
export { readEvents } from './read-events.ts';
