import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AuditError } from './errors.ts';

/** Where a published log is read from: its checkpoint, tiles and entry bundles by path. */
export interface LogSource {
  /**
   * The bytes at a path relative to the log's prefix, or null where nothing is.
   *
   * @throws {AuditError} AUDIT_SOURCE_UNREADABLE if that cannot be found out, or there are more than `limit` bytes
   */
  read(name: string, limit?: number): Promise<Uint8Array | null>;
}

/** No resource of a log is longer: 256 entries of 65,535 bytes and their lengths. */
export const RESOURCE_LIMIT = 256 * 65_537;

/** Reads a log from its folder. */
export function directorySource(directory: string): LogSource {
  return {
    async read(name, limit = RESOURCE_LIMIT) {
      try {
        const bytes = new Uint8Array(await readFile(path.join(directory, name)));
        if (bytes.length > limit) throw unreadable(name, new Error('too long'));
        return bytes;
      } catch (cause) {
        if (cause instanceof AuditError) throw cause;
        const code = cause instanceof Error && 'code' in cause ? cause.code : '';
        if (code === 'ENOENT' || code === 'ENOTDIR') return null;
        throw unreadable(name, cause);
      }
    },
  };
}

/**
 * Reads a log over HTTP.
 *
 * @param prefix the log's URL; a slash at its end makes no difference
 * @param request what fetches; by default the platform's own
 * @param headers sent with each request, such as an authorisation
 */
export function urlSource(
  prefix: string,
  options: {
    readonly request?: typeof fetch;
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  } = {},
): LogSource {
  const request = options.request ?? fetch;
  const base = prefix.replace(/\/+$/, '');
  return {
    async read(name, limit = RESOURCE_LIMIT) {
      try {
        const init = { headers: { ...options.headers }, ...(options.signal && { signal: options.signal }) };
        const response = await request(`${base}/${name}`, init);
        if (response.status === 404) {
          await response.body?.cancel();
          return null;
        }
        if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
        return await readBounded(response.body, limit);
      } catch (cause) {
        throw unreadable(name, cause);
      }
    },
  };
}

/** Untrusted: the other side decides how much it sends, so the limit is kept while reading. */
async function readBounded(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) throw new Error('too long');
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function unreadable(name: string, cause: unknown): AuditError {
  return new AuditError(
    'AUDIT_SOURCE_UNREADABLE',
    `Cannot read ${name} of the log: the source gives no answer that can be used`,
    {
      cause,
      hint: 'Check the address or folder of the log and the rights to read it',
    },
  );
}
