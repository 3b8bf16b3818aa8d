import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Command } from 'commander';
import { hasCode, systemClock } from '#base/core/index.ts';
import { parseNoteVerifier, SIGNING_SEED_LENGTH, SigningKey, systemRandom } from '#base/crypto/index.ts';
import { makeLog, whenParentGone } from '#run/server/index.ts';
import { Witness, witnessHandler } from '#trust/audit/index.ts';
import type { WatchedLog } from '#trust/audit/index.ts';
import { hearStop } from '../stop-signal.ts';
import { readKeys } from '../verifier-keys.ts';
import { readPort } from '../read-number.ts';
import type { ContextOf } from './command.ts';

/** Ed25519, which every verifier of cosignatures knows, and one that quantum computers do not break. */
const ALGORITHMS = ['ed25519', 'ml-dsa-44'] as const;

interface WitnessCommandOptions {
  readonly listen: string;
  readonly address: string;
  readonly directory: string;
  readonly log: readonly string[];
  readonly name: string;
}

/** What a witness prints once it listens. */
export interface WitnessAnnouncement {
  readonly url: string;
  readonly keys: readonly string[];
}

export function addWitnessCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('witness')
    .description('cosign checkpoints of logs that only grow; best run by somebody else, elsewhere')
    .requiredOption('--directory <folder>', 'where it keeps its key and what it has cosigned')
    .requiredOption('--log <key...>', 'keys of the logs that it watches, or files with a key a line')
    .option('--listen <port>', 'port, 0 for a free one', '7444')
    .option('--address <address>', 'address to listen on', '127.0.0.1')
    .option('--name <name>', 'its name in cosignatures', 'weir/witness')
    .action(async (options: WitnessCommandOptions, command: Command) => {
      const context = contextOf(command);
      using stop = hearStop(process, () => process.exit(1));
      await using witness = await Witness.open({
        directory: options.directory,
        name: options.name,
        signers: await openSigners(options.directory),
        logs: groupLogs(await readKeys(options.log)),
        clock: systemClock,
      });
      const server = createServer(witnessHandler(witness, makeLog('witness')));
      // Anyone can reach it: nobody may keep a connection for long.
      server.requestTimeout = 10_000;
      server.headersTimeout = 5_000;
      server.maxConnections = 256;
      server.listen(readPort(options.listen, '--listen'), options.address);
      await once(server, 'listening');
      const { address, port } = server.address() as AddressInfo;
      const host = address.includes(':') ? `[${address}]` : address;
      const announcement: WitnessAnnouncement = { url: `http://${host}:${port}`, keys: witness.verifierKeys };
      context.result(announcement, ({ url, keys }) => `listening on ${url}\n${keys.join('\n')}\n`);
      context.next(`up --witness ${announcement.url} --witness-key ${announcement.keys[0]}`);
      // Started by a platform, it does not outlive it.
      whenParentGone(() => process.kill(process.pid, 'SIGTERM'));
      await stop.asked;
      server.closeAllConnections();
      server.close();
      if (process.connected) process.disconnect?.();
    });
}

/** The logs that keys belong to: all keys of one log have its origin as their name. */
export function groupLogs(keys: readonly string[]): readonly WatchedLog[] {
  const verifiers = keys.map((key) => parseNoteVerifier(key));
  return [...Map.groupBy(verifiers, ({ name }) => name)].map(([origin, own]) => ({ origin, keys: own }));
}

/** The witness's own keys, made at its first start; whoever can read its folder can sign as it. */
async function openSigners(directory: string): Promise<readonly SigningKey[]> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const signers: SigningKey[] = [];
  for (const algorithm of ALGORITHMS) {
    signers.push(SigningKey.fromSeed(algorithm, await keptSeed(join(directory, `${algorithm}.key`))));
  }
  return signers;
}

async function keptSeed(path: string): Promise<Uint8Array> {
  try {
    await writeFile(path, systemRandom.bytes(SIGNING_SEED_LENGTH), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    await chmod(path, 0o600);
  }
  return new Uint8Array(await readFile(path));
}
