import { ServerError } from '../errors.ts';

/** Where was looked for what should be gone, and how much of it was there. */
export interface Looked {
  readonly where: string;
  readonly found: number;
}

/**
 * What is there still is never certified as gone.
 *
 * @throws {ServerError} SERVER_ERASURE_INCOMPLETE
 */
export function requireNothingLeft(looked: readonly Looked[]): void {
  const left = looked.filter(({ found }) => found > 0);
  if (left.length === 0) return;
  const places = left.map(({ where, found }) => `${found} left in ${where}`).join(', ');
  throw new ServerError('SERVER_ERASURE_INCOMPLETE', `Cannot certify an erasure: ${places}`);
}
