import { DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { encodeUtf8 } from '#base/core/index.ts';
import { hmacSha256 } from '#base/crypto/index.ts';
import { MASK_FUNCTION } from '../gate/mask.ts';

/** Digests remembered per statement, for columns that repeat a few values. */
const MAX_REMEMBERED = 65_536;

/**
 * Registers what `hash` masks call: a keyed digest of a text, 32 hex digits. The key stays in this closure: neither
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
}
