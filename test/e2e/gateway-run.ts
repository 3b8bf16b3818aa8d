import { execFile, spawn } from 'node:child_process';

/** What a program said and how it ended. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly output: string;
}

/** How long a program may take, in milliseconds. */
const WITHIN_MS = 120_000;

/** Runs a program to its end; its failure is a value. */
export function run(program: string, args: readonly string[], input?: string | Buffer): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { timeout: WITHIN_MS, encoding: 'utf8', maxBuffer: 67_108_864 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, output: stdout + stderr });
      },
    );
    child.stdin?.on('error', () => {});
    if (input !== undefined) child.stdin?.write(input);
    child.stdin?.end();
  });
}

/** A program that runs until the test ends. */
export interface Running {
  /** What it has printed so far. */
  output(): string;
  stop(): Promise<void>;
}

export function start(
  t: { after(cleanUp: () => Promise<void>): void },
  program: string,
  args: readonly string[],
): Running {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  t.after(stop);
  return { output: () => output, stop };
}
