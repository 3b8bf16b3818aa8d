import { parseRfc3339 } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { ApiError } from '../errors.ts';

/**
 * A time of a request.
 *
 * @param name of the member or parameter that has it
 * @throws {ApiError} API_BODY_INVALID
 */
export function parseTime(value: string, name: string): Micros {
  const read = parseRfc3339(value);
  if (read === null) {
    throw new ApiError(
      'API_BODY_INVALID',
      `Cannot take request: \`${name}\` is no time (RFC 3339), such as 2026-01-01T00:00:00Z`,
    );
  }
  return read;
}
