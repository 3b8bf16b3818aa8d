import { spawnSync } from 'node:child_process';

/** A program and its arguments. */
interface Command {
  readonly command: string;
  readonly arguments: readonly string[];
}

const SETPRIV = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].map((folder) => `${folder}/setpriv`);
const WATCH = new URL('./watch-parent.ts', import.meta.url);

/** Asked for once: it is as the machine is. */
let known: string | null | undefined;

/**
 * The same command, ended by the kernel at the moment in which the process that started it ends, whatever either does
 * then: a handler in JavaScript is heard only between two turns, and may be set too late or wait for a native call.
 * Where `setpriv` cannot ask the kernel for that, the command is unchanged, and `parentWatch` has flags for Node.
 *
 * The parent's death is that of the thread that started it: call this for what a main thread starts.
 *
 * @see prctl(2), PR_SET_PDEATHSIG
 */
export function endingWithParent(program: Command): Command {
  const setpriv = deathSignalTool();
  if (setpriv === null) return program;
  return {
    command: setpriv,
    arguments: ['--pdeathsig', 'KILL', '--', program.command, ...program.arguments],
  };
}

/** Flags with which Node looks by itself, from a thread of its own, whether its parent lives; none where the kernel does. */
export function parentWatch(): readonly string[] {
  return deathSignalTool() === null ? WATCH_FLAGS : [];
}

export const WATCH_FLAGS: readonly string[] = ['--import', WATCH.href];

/** For `fork`: Node with flags, in a process that ends with this one. */
export function forkEndingWithParent(flags: readonly string[]): { execPath: string; execArgv: string[] } {
  const { command, arguments: argv } = endingWithParent({
    command: process.execPath,
    arguments: [...parentWatch(), ...flags],
  });
  return { execPath: command, execArgv: [...argv] };
}

/** The setpriv of util-linux from 2.33 on; others know no such option. */
function deathSignalTool(): string | null {
  if (known === undefined) {
    const asks = (file: string): boolean =>
      spawnSync(file, ['--pdeathsig', 'KILL', '--', file, '--version'], { timeout: 5_000 }).status === 0;
    known = SETPRIV.find((file) => asks(file)) ?? null;
  }
  return known;
}
