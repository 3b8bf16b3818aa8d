import { bytes, seconds, systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import {
  EngineStock,
  executePlan,
  openSegmentFile,
  Recent,
  SegmentFiles,
  StatementParser,
  storedWanted,
  warmUp,
  formatAst,
} from '#flow/query/index.ts';
import type { AskKeys } from '#flow/query/index.ts';
import { leaveTerminalSignals } from '../process/leave-terminal-signals.ts';
import { parentLine } from '../process/lines.ts';
import { endNow } from '../process/parent-gone.ts';
import { Peer } from '../process/peer.ts';
import type { QueryControlMethods, QueryMethods } from './contract.ts';

/** A query process: DuckDB for one subject. It parses without any key and runs with those of one statement. */

const CACHE_BYTES = bytes(256 * 1_048_576);
const CACHE_IDLE = seconds(60);
const STATEMENTS_REMEMBERED = 32;
const SWEEP_MS = 10_000;
const PREPARE_AFTER_MS = 1_000;

const parser = StatementParser.open();
const files = new SegmentFiles({ open: openSegmentFile, clock: systemClock, budget: CACHE_BYTES, idle: CACHE_IDLE });
const engines = new EngineStock();
const rebuilt = new Recent<string>(STATEMENTS_REMEMBERED);
const running = new Map<number, AbortController>();
/** Aborted by the first statement. */
const asked = new AbortController();
setInterval(() => files.sweep(), SWEEP_MS).unref();

const offered: QueryMethods = {
  parse: async (sql) => {
    asked.abort();
    return (await parser).parse(sql);
  },
  async parseCondition(condition) {
    const tree = await (await parser).parseCondition(condition);
    return tree === null ? null : formatAst(tree);
  },
  async execute({ id, plan, format }) {
    asked.abort();
    const abort = new AbortController();
    running.set(id, abort);
    const start = systemClock.now();
    try {
      const sink = { write: (part: Uint8Array) => control.call('chunk', { id, bytes: part }) };
      const askKeys: AskKeys = (wanted) =>
        control.call('keys', {
          id,
          wanted: wanted.map((each) => ({ segment: each.segment.id, columns: storedWanted(each) })),
        });
      return await executePlan(plan, format, { files, askKeys, engines, rebuilt }, sink, abort.signal);
    } finally {
      running.delete(id);
      control.tell('ran', { id, start, end: systemClock.now() });
    }
  },
  async prepare(limits) {
    // A process is busy starting, and so is the platform that starts with it.
    await new Promise((resolve) => setTimeout(resolve, PREPARE_AFTER_MS));
    if (asked.signal.aborted) return;
    engines.prepare(limits);
    const parts = { parser: await parser, limits, clock: systemClock, random: systemRandom, directory: '/dev/shm' };
    // Nothing depends on it.
    await warmUp({ ...parts, signal: asked.signal }).catch(() => undefined);
  },
  cancel: (id) => running.get(id)?.abort(),
  drop: (segments) => files.drop(segments),
  held: (segments) => files.held(segments),
};

const control = new Peer<QueryControlMethods>(parentLine(), offered);
control.onClose(endNow);
leaveTerminalSignals();
