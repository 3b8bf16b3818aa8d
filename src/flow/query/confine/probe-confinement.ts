import type { Millis } from '#base/core/index.ts';
import { confine } from './confinement.ts';
import type { Command, ConfinementOptions } from './confinement.ts';

/** What this machine allows. */
export type ConfinementState =
  | { readonly confined: true }
  | {
      readonly confined: false;
      /**
       * `platform`: not Linux. `tools`: a program of util-linux is missing. `kernel`: the kernel or the container does
       * not allow the namespaces or mounts. `leak`: it ran, and reached what it should not.
       */
      readonly reason: 'platform' | 'tools' | 'kernel' | 'leak';
      /** What failed, for the operator. */
      readonly detail: string;
    };

/** Runs a program to its end, or kills it when the time is over, and gives what it wrote to both of its streams. */
export type RunProgram = (
  command: Command,
  timeout: Millis,
) => Promise<{ readonly output: string; readonly errors: string }>;

/** What the probe runs inside: says `confined` where nothing of the machine is in reach. */
const PROBE = `
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { networkInterfaces } = require('node:os');
const seen = [];
try { readFileSync('/etc/passwd'); seen.push('files'); } catch {}
try { writeFileSync('/tmp/x', ''); seen.push('writing'); } catch {}
if (readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length > 1) seen.push('processes');
if (Object.keys(networkInterfaces()).length > 0) seen.push('network');
if (!/^CapEff:\\s*0+$/m.test(readFileSync('/proc/self/status', 'utf8'))) seen.push('capabilities');
process.stdout.write(seen.length === 0 ? 'confined' : 'reaches ' + seen.join(', '));
`;

/**
 * Tries whether programs can be confined here, by running one and having it reach for what it must not.
 *
 * @param options as for `confine`; the program is a Node whose arguments are not used
 * @param run starts a program with an empty environment and waits for its end, as compositions alone may
 */
export async function probeConfinement(
  options: ConfinementOptions,
  timeout: Millis,
  run: RunProgram,
): Promise<ConfinementState> {
  if (process.platform !== 'linux') {
    return { confined: false, reason: 'platform', detail: `namespaces are Linux's own; this is ${process.platform}` };
  }
  const command = confine({ ...options, program: { command: options.program.command, arguments: ['-e', PROBE] } });
  if (command === null) return { confined: false, reason: 'tools', detail: 'unshare, setpriv or mount is missing' };
  const { output, errors } = await run(command, timeout);
  if (output === 'confined') return { confined: true };
  if (output !== '') return { confined: false, reason: 'leak', detail: output };
  return { confined: false, reason: 'kernel', detail: errors.split('\n', 1)[0]?.slice(0, 200) ?? '' };
}
