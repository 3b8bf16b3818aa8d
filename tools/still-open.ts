import { isMainThread } from 'node:worker_threads';

// Loaded ahead of each process of tests (`--import`): fails one that does not end by itself, because a test left a
// server, a timer or a process open, instead of waiting for ever. The runner's own way, a forced exit after the last
// test, may lose the end of a long report, and does not wait for files that await something while they load.

/** As long as this no test ran although the process went on. What is set up before a test may take long, too. */
const IDLE_MS = Number(process.env['WEIR_TEST_IDLE_MS'] ?? 120_000);

// Threads and processes that a test starts are loaded with this, too, and run no tests.
if (isMainThread && /\.test\.m?[jt]s$/.test(process.argv[1] ?? '')) {
  const { afterEach, beforeEach } = await import('node:test');
  let running = 0;
  let since = performance.now();
  const note = (change: number): void => {
    running += change;
    since = performance.now();
  };
  beforeEach(() => note(1));
  afterEach(() => note(-1));
  const look = (): void => {
    if (running > 0 || performance.now() - since < IDLE_MS) return;
    const open = new Set(process.getActiveResourcesInfo().filter((kind) => kind !== 'PipeWrap'));
    console.error(`no test ran for ${IDLE_MS / 1000} s and something is still open: ${[...open].join(', ')}`);
    process.exit(1);
  };
  setInterval(look, Math.min(1_000, IDLE_MS)).unref();
}
