import { readFile } from 'node:fs/promises';
import type { ListeningPort } from '#assure/controls/index.ts';
import { openDescriptors, processTree } from './process-files.ts';

/** State of a socket that listens. @see proc_pid_net(5), tcp */
const LISTEN = '0A';

/**
 * TCP ports that a process and those that came from it listen on; null where the operating system does not say.
 *
 * Sockets of processes in a network of their own are not in the table and reach nobody.
 */
export async function listeningPorts(pid: number): Promise<readonly ListeningPort[] | null> {
  const pids = await processTree(pid);
  if (pids === null) return null;
  const own = new Set<string>();
  for (const one of pids) {
    for (const target of (await openDescriptors(one))?.values() ?? []) {
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined) own.add(inode);
    }
  }
  const found: ListeningPort[] = [];
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of parseSockets(await readFile(table, 'utf8').catch(() => ''))) {
      if (own.has(line.inode)) found.push({ port: line.port, loopback: line.loopback });
    }
  }
  return found;
}

/** The listening sockets of a table of the kernel. @param text of `/proc/net/tcp` or `tcp6` */
export function parseSockets(
  text: string,
): readonly { readonly port: number; readonly loopback: boolean; readonly inode: string }[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    const [, address, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local) ?? [];
    if (address === undefined || port === undefined || state !== LISTEN) return [];
    return [{ port: Number.parseInt(port, 16), loopback: isLoopback(address), inode }];
  });
}

/** Addresses stand as 32-bit words in the machine's order, which is little-endian wherever this runs. */
function isLoopback(address: string): boolean {
  if (address.length === 8) return address.endsWith('7F');
  if (address === '00000000000000000000000001000000') return true;
  return address.startsWith('0000000000000000FFFF0000') && address.endsWith('7F');
}
