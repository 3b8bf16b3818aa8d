import { execFile } from 'node:child_process';
import type { RunProgram } from '#flow/query/index.ts';

/** Most that a program may write before it is ended. */
const MOST_OUTPUT = 65_536;

/** Runs a program with an empty environment to its end, or ends it when the time is over. */
export const runProgram: RunProgram = ({ command, arguments: argv }, timeout) =>
  new Promise((resolve) => {
    const options = {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      timeout,
      killSignal: 'SIGKILL',
      maxBuffer: MOST_OUTPUT,
      encoding: 'utf8',
    } as const;
    execFile(command, [...argv], options, (error, output, errors) =>
      resolve({ output, errors: errors === '' && error !== null ? error.message : errors }),
    );
  });
