import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamDescription } from '#run/server/index.ts';
import { CliError } from '../errors.ts';
import { fieldValues, mapRecord } from './reading-of.ts';
import type { MappedRecord, Mapping } from './reading-of.ts';
import { readRecords } from './read-records.ts';
import { Pace } from './pace.ts';
import type { Speed } from './pace.ts';
import type { Route } from './routes.ts';
import type { ReplayReport, Tally } from './tally.ts';

/** What is to be played, and how. */
export interface ReplayPlan {
  readonly files: readonly string[];
  readonly mapping: Mapping;
  readonly routes: ReadonlyMap<string, Route>;
  /** Where devices without a route go; null leaves them out. */
  readonly stream: string | null;
  readonly speed: Speed;
  readonly shift: boolean;
  /** First number of each device and stream; `time` takes it from its first reading, null numbers nothing. */
  readonly seqFrom: number | 'time' | null;
}

/** The way of readings to the platform, as one replay sees it. */
export interface ReplaySink {
  /**
   * Makes a device ready to publish to a stream, once before its first reading.
   *
   * @returns the number up to which an earlier run has sent everything, -1 where that is not to be asked
   */
  open(device: string, route: Route): Promise<number>;
  publish(device: string, stream: string, payload: Buffer): Promise<void>;
  /** Resolves when the platform has answered to everything. */
  flush(): Promise<void>;
}

export interface ReplayParts {
  readonly plan: ReplayPlan;
  readonly streams: readonly StreamDescription[];
  readonly sink: ReplaySink;
  /** Counts outcomes while they come. */
  readonly tally: Tally;
  readonly nowSeconds: () => number;
  /** @param share of the files' bytes that were read */
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}

/** What a replay knows of one device and stream. */
interface Target {
  readonly stream: StreamDescription;
  /** Number of the next reading. */
  seq: number | null;
  /** Readings up to this number were sent by an earlier run. */
  readonly sent: number;
}

/**
 * Reads files in the order in which they were named and sends each record as a reading, numbered per device and
 * stream in the order of the files, so that a second run of the same files doubles nothing.
 *
 * @throws {CliError} CLI_USAGE if a route names no stream of the template; CLI_FILE_UNREADABLE
 */
export async function replayFiles(parts: ReplayParts): Promise<ReplayReport> {
  const { plan, sink, tally, nowSeconds, onProgress, signal } = parts;
  const started = nowSeconds();
  const pace = new Pace(plan.speed, plan.shift, nowSeconds);
  const targets = new Map<string, Target>();
  const sizes = await Promise.all(plan.files.map(sizeOf));
  const total = Math.max(
    1,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  let before = 0;
  for (const [index, file] of plan.files.entries()) {
    const source = readRecords(file);
    for await (const record of source.records) {
      if (signal.aborted) break;
      tally.countRead();
      const mapped = mapRecord(record, plan.mapping);
      if ('problem' in mapped) tally.countUnreadable(mapped.problem);
      else await send(mapped);
      onProgress((before + source.position()) / total);
    }
    before += sizes[index] ?? 0;
  }
  await sink.flush();
  return tally.report(
    new Set([...targets.keys()].map((key) => key.split(' ')[0])).size,
    nowSeconds() - started,
    signal.aborted,
  );

  async function send({ device, time, values }: MappedRecord): Promise<void> {
    const target = await targetOf(device, time);
    if (target === null) return tally.countUnreadable('no-route');
    const { stream } = target;
    const seq = target.seq === null ? null : target.seq++;
    if (seq !== null && seq <= target.sent) return tally.countSkipped();
    const reading: Record<string, unknown> = {};
    if (time !== null) {
      const placed = pace.place(time);
      if (placed.waitSeconds > 0) await sleep(placed.waitSeconds * 1_000, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      reading['time'] = placed.time;
    }
    if (seq !== null) reading['seq'] = seq;
    Object.assign(reading, fieldValues(values, stream.fields, plan.mapping.renames));
    await sink.publish(device, stream.name, Buffer.from(JSON.stringify(reading)));
  }

  async function targetOf(device: string, time: number | null): Promise<Target | null> {
    const route = plan.routes.get(device) ?? (plan.stream === null ? null : { stream: plan.stream, type: null });
    if (route === null) return null;
    // A device's name holds no blank, so both names stand apart.
    const key = `${device} ${route.stream}`;
    const known = targets.get(key);
    if (known !== undefined) return known;
    const stream = findStream(parts.streams, route.stream);
    const target = { stream, seq: firstSeq(plan, time, nowSeconds), sent: await sink.open(device, route) };
    targets.set(key, target);
    return target;
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `Cannot read ${file}: it is not there`, { cause });
  }
}

/**
 * The number of a device's first reading. From its time in milliseconds, so that a later recording goes on above an
 * earlier one, and the same file has the same numbers each time.
 */
function firstSeq({ seqFrom, shift }: ReplayPlan, time: number | null, nowSeconds: () => number): number | null {
  if (seqFrom !== 'time') return seqFrom;
  const from = time === null || shift ? nowSeconds() : time;
  return Math.max(0, Math.floor(from * 1_000));
}

/** @throws {CliError} CLI_USAGE */
export function findStream(streams: readonly StreamDescription[], name: string): StreamDescription {
  const found = streams.find((stream) => stream.name === name);
  if (found !== undefined) return found;
  const known = streams.map((stream) => stream.name).filter((one) => !one.startsWith('_'));
  throw new CliError('CLI_USAGE', `Cannot replay into ${name}: the template has ${known.join(', ')}`);
}
