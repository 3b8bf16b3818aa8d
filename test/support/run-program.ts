import { spawn } from 'node:child_process';

/** Runs a program with an empty environment to its end, or kills it when the time is over. */
export function runProgram(
  {
    command,
    arguments: argv,
    cwd,
  }: { readonly command: string; readonly arguments: readonly string[]; readonly cwd?: string },
  timeoutMs: number,
): Promise<{ readonly output: string; readonly errors: string }> {
  return new Promise((resolve) => {
    const options = {
      env: {},
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    };
    const child = spawn(command, argv, { ...options, killSignal: 'SIGKILL' });
    let output = '';
    let errors = '';
    child.stdout.on('data', (part: Buffer) => (output += part.toString('utf8')));
    child.stderr.on('data', (part: Buffer) => (errors += part.toString('utf8')));
    child.on('error', (error) => resolve({ output: '', errors: error.message }));
    child.on('close', () => resolve({ output, errors }));
  });
}
