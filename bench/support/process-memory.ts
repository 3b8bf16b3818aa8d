import { readdir, readFile, readlink, stat } from 'node:fs/promises';

/** What `stat` counts blocks in. */
const BLOCK_BYTES = 512;

/** A process and all that it started, by their ids; the process itself first. */
export async function processTree(root: number): Promise<readonly number[]> {
  const children = new Map<number, number[]>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readOrNull(`/proc/${name}/stat`);
    // The name in parentheses may hold anything; the parent's id is the second field behind it.
    const parent = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? -1);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [root];
  for (let i = 0; i < tree.length; i++) tree.push(...(children.get(tree[i] ?? 0) ?? []));
  return tree;
}

/** Proportional share of memory of a process in bytes: pages shared with others count in part. */
export async function proportionalMemory(pid: number): Promise<number> {
  const rollup = await readOrNull(`/proc/${pid}/smaps_rollup`);
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup ?? '')?.[1] ?? 0) * 1_024;
}

/** Memory that a process has for itself in bytes: anonymous pages, and files in memory that have no name any more. */
export async function ownMemory(pid: number): Promise<number> {
  const status = await readOrNull(`/proc/${pid}/status`);
  const anonymous = Number(/^RssAnon:\s+(\d+) kB$/m.exec(status ?? '')?.[1] ?? 0) * 1_024;
  let files = 0;
  for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    const path = `/proc/${pid}/fd/${fd}`;
    const target = await readlink(path).catch(() => '');
    if (!target.endsWith('(deleted)')) continue;
    const { blocks } = await stat(path).catch(() => ({ blocks: 0 }));
    files += blocks * BLOCK_BYTES;
  }
  return anonymous + files;
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // The process has ended meanwhile.
    return null;
  }
}
