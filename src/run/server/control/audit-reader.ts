import { parseNoteVerifier } from '#base/crypto/index.ts';
import { proveEntry, tailLog } from '#trust/audit/index.ts';
import type { AuditLog, PlacedEntry } from '#trust/audit/index.ts';
import type { AuditReader } from '../api/services.ts';

/** All entries of the platform's own log from an index on, those that were only just written among them. */
export async function* entriesFrom(log: AuditLog, from: number): AsyncGenerator<PlacedEntry, void, undefined> {
  await log.flush();
  yield* tailLog(log.source, { from, logKeys: log.verifierKeys.map((key) => parseNoteVerifier(key)) });
}

/** Reads the platform's own log for those who may. */
export function auditReader(log: AuditLog): AuditReader {
  const logKeys = log.verifierKeys.map((key) => parseNoteVerifier(key));
  return {
    source: log.source,
    verifierKeys: log.verifierKeys,
    entries: async (from, limit) => {
      const entries: PlacedEntry[] = [];
      for await (const entry of tailLog(log.source, { from, logKeys })) {
        entries.push(entry);
        if (entries.length >= limit) break;
      }
      return entries;
    },
    prove: async (index) => {
      await log.flush();
      return proveEntry(log.source, index);
    },
  };
}
