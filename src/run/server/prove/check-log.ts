import { parseNoteVerifier } from '#base/crypto/index.ts';
import type { LogCheck } from '#assure/controls/index.ts';
import { directorySource, verifyLog } from '#trust/audit/index.ts';
import type { LogSource } from '#trust/audit/index.ts';

const ENTRY_BUNDLE = /^tile\/entries\//;

/**
 * Verifies a log from its folder with the public keys and nothing else; then once more while one byte of one entry reads
 * differently, which must be found.
 *
 * @param directory of the log, which is only read
 * @param keys verifier keys of the log
 */
export async function checkLog(directory: string, keys: readonly string[], signal: AbortSignal): Promise<LogCheck> {
  const logKeys = keys.map((key) => parseNoteVerifier(key));
  const source = directorySource(directory);
  const report = await verifyLog(source, { logKeys, signal });
  const altered = alterEntry(source);
  const second = await verifyLog(altered, { logKeys, signal });
  const [finding] = report.findings;
  return {
    entries: report.entriesRead,
    verified: report.outcome === 'verified',
    reason: finding === undefined ? null : `${finding.kind}: ${finding.message}`,
    tamperDetected: altered.isAltered() && second.outcome === 'broken',
  };
}

/** A log of which the first bundle of entries has one bit flipped in its middle, as it is read. */
export function alterEntry(source: LogSource): LogSource & { isAltered(): boolean } {
  let target: string | null = null;
  return {
    isAltered: () => target !== null,
    read: async (name, limit) => {
      const bytes = await source.read(name, limit);
      if (bytes === null || bytes.length === 0 || !ENTRY_BUNDLE.test(name)) return bytes;
      target ??= name;
      if (name !== target) return bytes;
      const copy = bytes.slice();
      copy[copy.length >> 1]! ^= 1;
      return copy;
    },
  };
}
