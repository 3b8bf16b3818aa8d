import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { ChildPlatform } from '../test/support/child-platform.ts';
import { disposableFolder } from '../test/support/tmp.ts';
import { fillPlatform, untilSealed } from './support/fill-platform.ts';
import { besidePeer, median } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';
import { pumpPayloads, startPumps } from './support/platform-fleet.ts';
import type { Pumps } from './support/platform-fleet.ts';
import { runLoadProcess } from './support/run-load.ts';

const ROWS = 5_000_000;
const ROUNDS = 5;
const INGEST_SECONDS = 15;
/** Each round is another person's: a process stands ready for the next one some seconds after it was taken. */
const BETWEEN_ROUNDS_MS = 5_000;
const COLUMNS = 'device, time, accelerometer_1, current, pressure, temperature, voltage, flow_rate';

/** Seven of the columns of a stream that has fourteen. */
const STATEMENT = `select device, count(*)::double as readings, max(time) as last, avg(accelerometer_1) as a, min(current) as b,
  max(pressure) as c, avg(temperature) as d, sum(voltage) as e from pump group by device order by device`;

/** A group-by over five million sealed readings, asked of the platform as a person does, beside DuckDB over plain Parquet. */
export const bench: Bench = async (note) => {
  await using folder = await disposableFolder();
  await using fleet = await startPumps(10);
  const { weir } = fleet;
  const stored = await fillPlatform(fleet, ROWS);
  const tokens: string[] = [];
  for (let i = 0; i <= ROUNDS; i++) tokens.push(await weir.addUser(`analyst-${i}`, ['analyst']));
  using peer = await openPeer(weir, folder.path);
  const { segments } = await weir.status();
  note(`${stored} readings in ${segments.count} segments of ${Math.round(segments.bytes / 2 ** 20)} MiB`);
  const times = { cold: [] as number[], warm: [] as number[], peer: [] as number[] };
  const rows = await peer.rows();
  for (let round = 0; round < ROUNDS; round++) {
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_ROUNDS_MS));
    times.peer.push(await timed(() => peer.rows()));
    const token = tokens[round] ?? '';
    const cold = await ask(weir, token);
    const warm = await ask(weir, token);
    times.cold.push(cold.ms);
    times.warm.push(warm.ms);
    if (round === 0) requireSame(cold.rows, rows);
    note(
      `plain ${Math.round(times.peer.at(-1) ?? NaN)} ms, cold ${Math.round(cold.ms)} ms (${cold.cost.bytesRead} sealed bytes ` +
        `read, ${cold.cost.bytesOpened} opened), warm ${Math.round(warm.ms)} ms (${warm.cost.bytesOpened} opened), ` +
        `load average ${loadavg()[0]?.toFixed(1)}`,
    );
  }
  const idle = median(times.warm);
  const busy = await whileIngesting(fleet, tokens[ROUNDS] ?? '', idle, note);
  return [
    besidePeer('query: group-by over 7 columns, opened before', 'ms', idle, median(times.peer), { atMost: 1.3 }),
    besidePeer('query: group-by over 7 columns, not opened', 'ms', median(times.cold), median(times.peer), {
      atMost: 2.5,
    }),
    besidePeer('query: opened before, while ingest is full, beside idle over as many rows', 'ms', busy.ms, busy.idle, {
      atMost: 2,
    }),
    besidePeer('query: the same, beside idle over the rows of before', 'ms', busy.ms, idle, null),
  ];
};

interface Answer {
  readonly ms: number;
  readonly rows: readonly Record<string, unknown>[];
  readonly cost: { readonly bytesRead: number; readonly bytesOpened: number };
}

/** The time is the caller's: connection, decision, log entry, keys and result included. */
async function ask(weir: ChildPlatform, token: string): Promise<Answer> {
  const began = performance.now();
  const answer = await weir.call('POST', '/v1/query', { body: { sql: STATEMENT }, token });
  const ms = performance.now() - began;
  if (answer.status !== 200) throw new Error(answer.body.toString('utf8'));
  const cost = await weir.ask<Answer['cost']>('GET', `/v1/queries/${String(answer.headers['weir-query-id'])}`, {
    token,
  });
  return { ms, rows: answer.json<{ rows: Record<string, unknown>[] }>().rows, cost };
}

/**
 * The same statement again and again while readings come in as fast as they are acknowledged. By the last it has half as
 * many rows again as by the first, so each is held against what it takes idle over as many: between before, and after all
 * is sealed.
 *
 * @param before milliseconds that it takes idle, over the rows of before
 */
async function whileIngesting(
  fleet: Pumps,
  token: string,
  before: number,
  note: (text: string) => void,
): Promise<{ readonly ms: number; readonly idle: number }> {
  const { weir, pumps } = fleet;
  const first = readingsOf(await ask(weir, token));
  let over = false;
  const load = runLoadProcess({
    port: weir.address.ports.mqtt,
    authority: pumps[0]?.authority ?? '',
    connections: pumps.map(({ key, certificate, name }) => ({ key, certificate, clientId: name })),
    window: 100,
    topic: 'streams/pump',
    payloads: pumpPayloads(20_000),
    warmUpSeconds: 2,
    seconds: INGEST_SECONDS,
    rate: null,
  }).finally(() => (over = true));
  const answers: Answer[] = [];
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  while (!over) {
    answers.push(await ask(weir, token));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { perSecond, total } = await load;
  await untilSealed(weir, first + total);
  const last = await ask(weir, token);
  const after: number[] = [];
  for (let round = 0; round < ROUNDS; round++) after.push((await ask(weir, token)).ms);
  const perRow = (median(after) - before) / (readingsOf(last) - first);
  note(
    `${answers.length} statements over ${first} to ${readingsOf(last)} rows at ${Math.round(perSecond)} readings a second: ` +
      `${answers.map(({ ms }) => Math.round(ms)).join(', ')} ms; idle ${Math.round(before)} ms before and ` +
      `${Math.round(median(after))} ms after`,
  );
  return {
    ms: median(answers.map(({ ms }) => ms)),
    idle: median(answers.map((answer) => before + perRow * (readingsOf(answer) - first))),
  };
}

function readingsOf({ rows }: Answer): number {
  return rows.reduce((sum, row) => sum + Number(row['readings']), 0);
}

interface Peer extends Disposable {
  rows(): Promise<readonly Record<string, unknown>[]>;
}

/** DuckDB with the same rows as it writes Parquet itself, read in full before, with as many threads. */
async function openPeer(weir: ChildPlatform, folder: string): Promise<Peer> {
  const exported = await weir.call('POST', '/v1/query?format=parquet', {
    body: { sql: `select ${COLUMNS} from pump` },
  });
  if (exported.status !== 200) throw new Error(exported.body.toString('utf8'));
  const [given, plain] = [join(folder, 'given.parquet'), join(folder, 'plain.parquet')];
  await writeFile(given, exported.body);
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  await connection.run(`COPY (FROM '${given}') TO '${plain}' (FORMAT parquet, COMPRESSION zstd)`);
  const statement = STATEMENT.replace('from pump', `from '${plain}'`);
  return {
    rows: async () => (await connection.runAndReadAll(statement)).getRowObjectsJson(),
    [Symbol.dispose]: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function requireSame(ours: Answer['rows'], theirs: Answer['rows']): void {
  const same =
    ours.length === theirs.length &&
    ours.every((row, i) =>
      ['device', 'readings', 'b', 'c'].every((name) => String(row[name]) === String(theirs[i]?.[name])),
    );
  if (!same) throw new Error(`the answers differ: ${JSON.stringify(ours[0])} beside ${JSON.stringify(theirs[0])}`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
