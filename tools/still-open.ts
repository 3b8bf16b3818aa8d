import { afterEach, beforeEach } from 'node:test';

// Loaded ahead of each process of tests (`--import`): fails one that does not end by itself, because a test left a
// server, a timer or a process open, instead of waiting for ever. The runner's own way, a forced exit after the last
// test, may lose the end of a long report, and does not wait for files that await something while they load.

/** As long as this no test ran although the process went on. What is set up before a test may take long, too. */
const IDLE_MS = Number(process.env['WEIR_TEST_IDLE_MS'] ?? 120_000);

let running = 0;
let since = performance.now();

function note(change: number): void {
  running += change;
  since = performance.now();
}

beforeEach(() => note(1));
afterEach(() => note(-1));

setInterval(
  () => {
    if (running > 0 || performance.now() - since < IDLE_MS) return;
    const open = new Set(process.getActiveResourcesInfo().filter((kind) => kind !== 'PipeWrap'));
    console.error(`no test ran for ${IDLE_MS / 1000} s and something is still open: ${[...open].join(', ')}`);
    process.exit(1);
  },
  Math.min(1_000, IDLE_MS),
).unref();
