import { createInterface } from 'node:readline';
import type { PlatformClient } from './platform-client.ts';

/** A statement and what its parameters are. */
export interface Statement {
  readonly sql: string;
  readonly parameters?: readonly (string | number | boolean | null)[];
}

/** The rows of a statement as they come, under the caller's own access: views, purposes and the log are as for any query. */
export async function* askRows(
  client: PlatformClient,
  { sql, parameters }: Statement,
  purpose: string | undefined,
): AsyncGenerator<Record<string, unknown>> {
  const asked = parameters === undefined || parameters.length === 0 ? {} : { parameters };
  const body = { sql, ...asked, ...(purpose === undefined ? {} : { purpose }) };
  const reply = await client.stream('POST', '/v1/query', { body, accept: 'application/x-ndjson' });
  for await (const line of createInterface({ input: reply })) {
    if (line !== '') yield JSON.parse(line) as Record<string, unknown>;
  }
}
