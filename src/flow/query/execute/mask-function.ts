import { BIGINT, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { encodeUtf8 } from '#base/core/index.ts';
import { hashBucket, hmacSha256 } from '#base/crypto/index.ts';
import { BUCKET_FUNCTION, MASK_FUNCTION } from '../gate/mask.ts';

/** Digests remembered per statement, for columns that repeat a few values. */
const MAX_REMEMBERED = 65_536;

/**
 * Registers what `hash` and `bucket:N` masks call: a keyed digest of a text, 32 hex digits; one of N buckets. The key stays in this closure: neither
 * plan nor text of a statement can show it.
 */
export function registerMask(connection: DuckDBConnection, key: Uint8Array): void {
  const known = new Map<string, string>();
  const digest = (text: string): string => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = hmacSha256(key, encodeUtf8(text)).toHex().slice(0, 32);
    if (known.size < MAX_REMEMBERED) known.set(text, made);
    return made;
  };
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: MASK_FUNCTION,
      parameterTypes: [VARCHAR],
      returnType: VARCHAR,
      mainFunction: (_, input, output) => {
        const texts = input.getColumnVector(0);
        for (let i = 0; i < input.rowCount; i++) {
          const text = texts.getItem(i);
          output.setItem(i, typeof text === 'string' ? digest(text) : null);
        }
        output.flush();
      },
    }),
  );
  const buckets = new Map<string, bigint>();
  const bucketOf = (text: string, many: number): bigint => {
    const name = `${many} ${text}`;
    const found = buckets.get(name);
    if (found !== undefined) return found;
    const made = BigInt(hashBucket(key, text, many));
    if (buckets.size < MAX_REMEMBERED) buckets.set(name, made);
    return made;
  };
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: BUCKET_FUNCTION,
      parameterTypes: [VARCHAR, BIGINT],
      returnType: BIGINT,
      mainFunction: (_, input, output) => {
        const texts = input.getColumnVector(0);
        const many = input.getColumnVector(1);
        for (let i = 0; i < input.rowCount; i++) {
          const text = texts.getItem(i);
          output.setItem(i, typeof text === 'string' ? bucketOf(text, Number(many.getItem(i))) : null);
        }
        output.flush();
      },
    }),
  );
}
