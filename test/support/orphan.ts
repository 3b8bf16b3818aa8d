import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { eventually } from './eventually.ts';
import type { Cleanable } from './tmp.ts';

/** Says its id and then computes for ever: no handler of it is ever heard. */
export const BUSY = `console.log(process.pid); setTimeout(() => { for (;;); }, 300);`;

/** Starts a command, says which process that became, and waits. */
const PARENT = `
const { spawn } = require('node:child_process');
const [command, ...words] = process.argv.slice(1);
spawn(command, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
setInterval(() => {}, 1000);
`;

/** Whether a process has not ended. */
export async function lives(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat !== null && !stat.includes(') Z ');
}

/** The id of a busy process whose parent has been ended. */
export async function orphan(t: Cleanable, words: readonly string[]): Promise<number> {
  const parent = spawn(process.execPath, ['-e', PARENT, '--', ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(async () => void parent.kill('SIGKILL'));
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(printed.toString());
  t.after(async () => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // As it should be: it has ended.
    }
  });
  // It computes from now on.
  const busy = async (): Promise<number> =>
    Number((await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[11]);
  const before = await busy();
  await eventually(busy, (ticks) => ticks > before + 20);
  parent.kill('SIGKILL');
  return pid;
}
