import type { Command } from 'commander';
import type { CryptoInventory } from '#run/server/index.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

/** Certificates and devices that a table shows; `--json` and `--cbom` have all that are listed. */
const MOST_SHOWN = 20;

/** Adds `weir crypto`: what the platform rests on cryptographically, and for how long. */
export function addCryptoCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('crypto')
    .description('every algorithm, key and certificate in use, and what a quantum computer would get at')
    .option('--cbom', 'as a Cryptography Bill of Materials (CycloneDX 1.6)')
    .action(async (options: { cbom?: boolean }, command: Command) => {
      const context = contextOf(command);
      if (options.cbom === true) {
        const cbom = await context.withPlatform((client) => client.json<object>('GET', '/v1/crypto/cbom'));
        context.result(cbom, (shown) => `${JSON.stringify(shown, null, 2)}\n`);
        return;
      }
      const inventory = await context.withPlatform((client) => client.json<CryptoInventory>('GET', '/v1/crypto'));
      context.result(inventory, showInventory);
      context.next('crypto --cbom');
    });
}

function showInventory(inventory: CryptoInventory): string {
  return [
    `algorithms\n${showAlgorithms(inventory)}`,
    `keys, with the root in custody: ${inventory.custody}\n${showKeys(inventory)}`,
    `certificates\n${showCertificates(inventory)}`,
    `connections\n${showSessions(inventory)}`,
    `what a quantum computer would get at\n${showExposures(inventory)}`,
    `devices\n${showDevices(inventory)}`,
  ].join('\n');
}

function showAlgorithms({ algorithms }: CryptoInventory): string {
  return formatTable(
    ['algorithm', 'bits', 'quantum bits', 'quantum-safe', 'until', 'for'],
    algorithms.map(({ name, classicalBits, quantumBits, quantumSafe, protects, disallowedAfter, uses }) => [
      name,
      classicalBits,
      quantumBits,
      protects ? (quantumSafe ? 'yes' : 'no') : 'protects nothing',
      disallowedAfter,
      uses,
    ]),
  );
}

function showKeys({ keys, algorithms }: CryptoInventory): string {
  const nameOf = (id: string): string => algorithms.find((one) => one.id === id)?.name ?? id;
  return formatTable(
    ['kind', 'name', 'version', 'state', 'algorithm', 'since'],
    keys.map(({ kind, name, version, state, algorithm, created }) => [
      kind,
      name,
      version,
      state,
      nameOf(algorithm),
      created,
    ]),
  );
}

function showCertificates({ certificates, certificatesInUse }: CryptoInventory): string {
  const shown = certificates.slice(0, MOST_SHOWN);
  const table = formatTable(
    ['holder', 'name', 'signed with', 'key', 'since', 'until'],
    shown.map(({ holder, name, serial, signature, key, created, expires }) => [
      holder,
      name === '' ? serial : name,
      signature,
      key,
      created,
      expires,
    ]),
  );
  return shown.length === certificatesInUse ? table : `${table}${shown.length} of ${certificatesInUse} are shown\n`;
}

function showSessions({ tls }: CryptoInventory): string {
  if (tls.sessions.length === 0) return `nobody is connected; offered are ${tls.groups.join(', ')}\n`;
  const table = formatTable(
    ['version', 'suite', 'key exchange', 'quantum-safe', 'open'],
    tls.sessions.map(({ version, suite, group, quantumSafe, open }) => [
      version,
      suite,
      group,
      quantumSafe ? 'yes' : 'no',
      open,
    ]),
  );
  const all = tls.sessions.reduce((sum, { open }) => sum + open, 0);
  const safe = tls.sessions.filter(({ quantumSafe }) => quantumSafe).reduce((sum, { open }) => sum + open, 0);
  return `${table}${safe} of ${all} connections have a hybrid key exchange\n`;
}

function showExposures({ exposures }: CryptoInventory): string {
  if (exposures.length === 0) return 'nothing\n';
  return formatTable(
    ['what', 'algorithm', 'can be', 'since', 'allowed until', 'but'],
    exposures.map(({ what, algorithm, harm, since, disallowedAfter, covered }) => [
      what,
      algorithm,
      harm === 'recorded' ? 'recorded now, opened later' : 'forged later',
      since,
      disallowedAfter,
      covered,
    ]),
  );
}

function showDevices({ devices }: CryptoInventory): string {
  const { total, withoutLifetime, outlive2030, outlive2035, stranded } = devices;
  const sums =
    `${total} devices: ${outlive2030} are to be in use after 2030, ${outlive2035} of them after 2035; ` +
    `${stranded} of them cannot be updated; of ${withoutLifetime} the template says no lifetime\n`;
  if (devices.devices.length === 0) return sums;
  const shown = devices.devices.slice(0, MOST_SHOWN);
  const table = formatTable(
    ['device', 'type', 'in use until', 'algorithm', 'outlives', 'can be updated'],
    shown.map(({ name, type, inUseUntil, algorithm, outlives, canUpdate }) => [
      name,
      type,
      inUseUntil,
      algorithm,
      outlives,
      canUpdate ? 'yes' : 'no',
    ]),
  );
  return `${sums}${table}${shown.length === outlive2030 ? '' : `${shown.length} of ${outlive2030} are shown\n`}`;
}
