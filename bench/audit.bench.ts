import { systemClock } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { SigningKey, systemRandom } from '#base/crypto/index.ts';
import { AuditLog } from '#trust/audit/index.ts';
import { disposableFolder } from '../test/support/tmp.ts';
import { absolute, median } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';

const ROUNDS = 3;
const SECONDS = 3;
/** Appends under way at once: as many people and programs ask at a time. */
const CALLERS = 256;
/** The rate at which each entry has to be in the tree within a second. */
const STEADY_PER_SECOND = 10_000;
const TICK_MS = 5;

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Makes the entries of a round: resolves when all it appended are durable, with their number. */
type Work = (log: AuditLog) => Promise<number>;

/** Entries appended, each durable before its caller goes on, and how long until a signed checkpoint has them. */
export const bench: Bench = async (note) => {
  const flood: Round[] = [];
  const steady: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [rounds, work, name] of [
      [flood, callers, 'as fast as it goes'],
      [steady, paced, 'at a steady rate'],
    ] as const) {
      const result = await measure(work);
      rounds.push(result);
      const { appended, integrated, lagMs } = result;
      note(
        `${name}: ${Math.round(appended)} appended, ${Math.round(integrated)} integrated a second, ` +
          `at most ${Math.round(lagMs)} ms behind`,
      );
    }
  }
  const middle = (rounds: readonly Round[], of: (round: Round) => number) => median(rounds.map(of));
  return [
    absolute(
      'audit: appended, durable',
      'entries/s',
      middle(flood, (round) => round.appended),
      { atLeast: 10_000 },
    ),
    absolute(
      'audit: in the tree under a signed checkpoint',
      'entries/s',
      middle(flood, (round) => round.integrated),
      {
        atLeast: 10_000,
      },
    ),
    absolute(
      `audit: longest from durable to in the tree at ${STEADY_PER_SECOND} a second`,
      'ms',
      middle(steady, (round) => round.lagMs),
      { atMost: 1_000 },
    ),
  ];
};

async function callers(log: AuditLog): Promise<number> {
  const began = performance.now();
  let count = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() - began < SECONDS * 1_000) await log.append(event(count++));
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return count;
}

async function paced(log: AuditLog): Promise<number> {
  const began = performance.now();
  const appends: Promise<unknown>[] = [];
  for (let elapsed = 0; elapsed < SECONDS * 1_000; elapsed = performance.now() - began) {
    while (appends.length < (elapsed / 1_000) * STEADY_PER_SECOND) appends.push(log.append(event(appends.length)));
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(appends);
  return appends.length;
}

interface Round {
  readonly appended: number;
  readonly integrated: number;
  readonly lagMs: number;
}

async function measure(work: Work): Promise<Round> {
  await using folder = await disposableFolder();
  await using log = await AuditLog.open({
    directory: folder.path,
    origin: 'weir.example/bench',
    signers: [
      SigningKey.fromSeed('ed25519', systemRandom.bytes(32)),
      SigningKey.fromSeed('ml-dsa-65', systemRandom.bytes(32)),
    ],
    clock: systemClock,
    log: quiet,
  });
  // What was durable when, to be compared with the checkpoint that first has it.
  const durable: { size: number; at: number }[] = [];
  let [lagMs, seen] = [0, 0];
  const watch = setInterval(() => {
    const now = performance.now();
    durable.push({ size: log.size, at: now });
    while (seen < durable.length && (durable[seen]?.size ?? 0) <= log.checkpoint.size) {
      lagMs = Math.max(lagMs, now - (durable[seen++]?.at ?? now));
    }
  }, TICK_MS);
  const began = performance.now();
  const count = await work(log);
  const appended = count / ((performance.now() - began) / 1_000);
  while (log.checkpoint.size < count && performance.now() - began < SECONDS * 4_000) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  const integrated = log.checkpoint.size / ((performance.now() - began) / 1_000);
  await new Promise((resolve) => setTimeout(resolve, TICK_MS * 4));
  clearInterval(watch);
  if (log.checkpoint.size < count) throw new Error(`${count} were appended, ${log.checkpoint.size} are in the tree`);
  return { appended, integrated, lagMs };
}

/** An entry as a query makes it. */
function event(number: number): AuditEvent {
  return {
    actor: `person:${(number % 500).toString(16).padStart(6, '0')}`,
    action: 'query',
    resource: 'view:climate',
    purpose: 'quality',
    outcome: 'allowed',
    digest: number.toString(16).padStart(64, '0'),
  };
}
