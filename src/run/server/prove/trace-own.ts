import { canonicalJson } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import type { NoteVerifier } from '#base/crypto/index.ts';
import type { ApiAnswer, TracedAnswers } from '#assure/controls/index.ts';
import { checkReceipt } from '#trust/audit/index.ts';

type Call = (method: string, path: string, body: Json | null) => Promise<ApiAnswer>;

const SQL = 'select device, canary, n from _probe order by time';
const DATASET = 'prober_trace';

/** Asks for an answer with a receipt, checks it and a changed one, and freezes the same rows twice. */
export async function traceOwn(call: Call, logKeys: readonly NoteVerifier[]): Promise<TracedAnswers> {
  const answered = await call('POST', '/v1/query', { sql: SQL, receipt: true });
  const { body } = await call('GET', `/v1/queries/${answered.headers?.['weir-query-id'] ?? 'none'}/receipt`, null);
  const text = `${canonicalJson(body)}\n`;
  const holds = (receipt: string): boolean => {
    try {
      checkReceipt(receipt, { logKeys });
      return true;
    } catch {
      return false;
    }
  };
  const digests: (string | null)[] = [];
  let segments = 0;
  for (let times = 0; times < 2; times++) {
    const made = textOf(await call('POST', '/v1/datasets', { name: DATASET, sql: SQL }), 'digest');
    digests.push(made);
    const lineage = await call('GET', `/v1/datasets/${DATASET}/lineage`, null);
    segments = listOf(lineage, 'segments').length;
    await call('POST', `/v1/datasets/${DATASET}/delete`, {});
  }
  const gone = await call('GET', `/v1/datasets/${DATASET}/rows`, null);
  return {
    holds: holds(text),
    forgedRefused: !holds(text.replace(/"rows":(\d+)/, '"rows":1$1')),
    sameDigest: digests[0] !== null && digests[0] === digests[1],
    segments,
    deletedIsGone: gone.status === 404,
  };
}

function textOf({ body }: ApiAnswer, name: string): string | null {
  const value = memberOf(body, name);
  return typeof value === 'string' ? value : null;
}

function listOf({ body }: ApiAnswer, name: string): readonly Json[] {
  const value = memberOf(body, name);
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function memberOf(body: Json, name: string): Json | undefined {
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? (body as Readonly<Record<string, Json>>)[name]
    : undefined;
}
