import path from 'node:path';
import { systemClock } from '#base/core/index.ts';
import type { AuditEvent, Log } from '#base/core/index.ts';
import { SigningKey } from '#base/crypto/index.ts';
import type { NoteVerifier, SignatureAlgorithm } from '#base/crypto/index.ts';
import { AuditLog, parseVerifierKey } from '#trust/audit/index.ts';
import type { AuditLogOptions } from '#trust/audit/index.ts';
import { temporaryFolder } from './tmp.ts';
import type { Cleanable } from './tmp.ts';

/** The identity of logs in tests. */
export const TEST_ORIGIN = 'weir.example/log';

/** A key that is the same at every run: its seed repeats one byte. Never for anything but tests. */
export function testKey(algorithm: SignatureAlgorithm, byte = 1): SigningKey {
  return SigningKey.fromSeed(algorithm, new Uint8Array(32).fill(byte));
}

/** Diagnostics that nobody reads. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** The options of a log in a folder, with the keys of tests. */
export function testLogOptions(directory: string): AuditLogOptions {
  return {
    directory,
    origin: TEST_ORIGIN,
    signers: [testKey('ed25519'), testKey('ml-dsa-65')],
    clock: systemClock,
    log: silentLog,
  };
}

/** The public keys of a log. */
export function keysOf(log: AuditLog): NoteVerifier[] {
  return log.verifierKeys.map((key) => parseVerifierKey(key));
}

/** An event that tells itself apart from others by its number. */
export function testEvent(number: number): AuditEvent {
  return {
    actor: 'person:4f1c0a',
    action: 'query',
    resource: 'view:climate',
    purpose: 'quality',
    outcome: 'allowed',
    detail: { number },
  };
}

/** Opens an audit log in a temporary folder; both go when the test ends. */
export async function openAuditLog(
  t: Cleanable,
  options: Partial<AuditLogOptions> = {},
): Promise<{ log: AuditLog; directory: string; keys: NoteVerifier[] }> {
  const directory = options.directory ?? path.join(await temporaryFolder(t), 'audit');
  const log = await AuditLog.open({ ...testLogOptions(directory), ...options });
  t.after(() => log[Symbol.asyncDispose]());
  return { log, directory, keys: keysOf(log) };
}
