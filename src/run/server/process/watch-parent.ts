import { isMainThread, Worker } from 'node:worker_threads';

/** Loaded ahead of a program: ends it within a second of its parent's end, also while its main thread computes. */

const LOOK = `
const parent = process.ppid;
setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 500);
`;

if (isMainThread) new Worker(LOOK, { eval: true, execArgv: [] }).unref();
