import { open, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, systemClock } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { AeadKey, parseNoteVerifier } from '#base/crypto/index.ts';
import { templateFromJson } from '#declare/template/index.ts';
import { FileJournalReader } from '#flow/journal/index.ts';
import { directorySource, tailLog } from '#trust/audit/index.ts';
import { MudWatch, openState, planMud, planWatch, RuleWatch, sealState, WatchService } from '#watch/detect/index.ts';
import type { JournalState, WatchState } from '#watch/detect/index.ts';
import { makeLog } from '../log.ts';
import { leaveTerminalSignals } from '../process/leave-terminal-signals.ts';
import { parentLine } from '../process/lines.ts';
import { endNow } from '../process/parent-gone.ts';
import { Peer } from '../process/peer.ts';
import type { WatchControlMethods, WatchMethods, WatchReport, WatchStart } from './contract.ts';
import { fitInThread } from './fit-thread.ts';

/** The watch process: journal and log in, findings out. Its keys come from control one by one. */

const log = makeLog('watch');
let service: WatchService | null = null;
let rules: RuleWatch | null = null;
let reader: FileJournalReader | null = null;
let states = '';
let lost: WatchReport['lost'] = 0;
let audit: WatchStart['audit'] = { directory: '', keys: [], size: 0 };
let saving: NodeJS.Timeout | null = null;

/** Damaged parts of a state that are named. */
const MOST_NAMED = 20;
/** How often the place in the log is kept where no readings are watched. */
const SAVE_EVERY_MS = 60_000;

const offered: WatchMethods = {
  async start({ journal, audit: log, states: folder, template, state, from }: WatchStart) {
    states = folder;
    audit = log;
    const known = await readState(state);
    reader = new FileJournalReader({
      directory: journal,
      keys: {
        key: async (fileId) => {
          const raw = await control.call('journalKey', fileId);
          return raw === null ? null : AeadKey.fromBytes(raw);
        },
      },
      onTorn: () => {},
      onDamaged: (damage) => control.tell('damaged', damage),
    });
    run(template, known ?? { cursor: new Map(from), devices: [], log: null });
  },
  async template(form) {
    // Detectors and budgets are of one version: those of the next begin from what the last one knew.
    const [readings, log] = [service, rules];
    await drain();
    const { cursor, devices } = readings?.state ?? { cursor: new Map<string, number>(), devices: [] };
    if (log !== null) run(form, { cursor, devices, log: log.next });
  },
  wake: () => service?.wake(),
  baseline: (device) => service?.baseline(device) ?? [],
  knowing: (spans) => service?.knowing(spans) ?? 0,
  forget: async (spans) => (await service?.forget(spans)) ?? 0,
  status: () => ({ readings: service?.status ?? null, rules: rules?.status ?? null, lost }),
  save: () => save(),
};

const control = new Peer<WatchControlMethods>(parentLine(), offered);
control.onClose(endNow);
process.once('SIGTERM', () => {
  void drain().finally(() => process.exit(0));
});
leaveTerminalSignals();

function run(form: Json, { cursor, devices, log: next }: WatchState): void {
  const template = templateFromJson(form);
  rules = new RuleWatch({
    rules: template.rules?.values() ?? [],
    entries: (from) =>
      tailLog(directorySource(audit.directory), { from, logKeys: audit.keys.map((key) => parseNoteVerifier(key)) }),
    next: next ?? audit.size,
    clock: systemClock,
    log,
    raise: (findings) => control.call('raise', findings),
  });
  const plans = planWatch(template);
  const typeOf = (device: string): Promise<string | null> => control.call('deviceType', device);
  const muds = new Map([...planMud(template)].map(([stream, plan]) => [stream, new MudWatch(plan, typeOf)]));
  if (saving !== null) clearInterval(saving);
  saving = null;
  service = null;
  if (plans.size === 0 && muds.size === 0) {
    // Nobody reads the journal: the state is of the log alone.
    saving = setInterval(
      () =>
        void save().catch((error: unknown) =>
          log.error({ error: String(error) }, 'the state of the watch could not be kept'),
        ),
      SAVE_EVERY_MS,
    ).unref();
    return;
  }
  service = new WatchService({
    typeOf,
    fitForest: async (...given) => {
      try {
        return await fitInThread(...given);
      } catch (error) {
        log.warn({ error: String(error) }, 'types could not be told apart anew');
        throw error;
      }
    },
    journal: reader!,
    clock: systemClock,
    processorMs: () => {
      const { user, system } = process.threadCpuUsage();
      return (user + system) / 1_000;
    },
    log,
    plans,
    muds,
    cursor,
    devices,
    raise: (findings) => control.call('raise', findings),
    save: keepState,
  });
  service.done.catch((error: unknown) => {
    const { code = 'unknown', message } = error as { code?: string; message: string };
    control.tell('ended', { code, message });
    // Control starts it again, and it goes on from the state that was kept last.
    setTimeout(() => process.exit(1), 100);
  });
}

async function readState(handed: WatchStart['state']): Promise<WatchState | null> {
  if (handed === null) return null;
  try {
    const file = await readFile(pathOf(handed.handle));
    const state = openState(AeadKey.fromBytes(handed.key), file);
    const { damaged } = state;
    lost = damaged.length;
    if (damaged.length > 0) {
      const parts = { damaged: damaged.slice(0, MOST_NAMED), parts: damaged.length };
      log.error(parts, 'the state of the watch is damaged: baselines that it names are learnt anew, the others go on');
    }
    return state;
  } catch (error) {
    lost = 'all';
    log.error({ error: String(error) }, 'the state of the watch cannot be restored: baselines are learnt anew');
    return null;
  }
}

/** Tells what was found so far and keeps the state. */
function save(): Promise<void> {
  return service?.save() ?? keepState({ cursor: new Map(), devices: [] });
}

/** Stops reading, tells what was found, keeps the state. */
async function drain(): Promise<void> {
  if (saving !== null) clearInterval(saving);
  await rules?.drain();
  await (service?.drain() ?? save());
}

/** Writes a state under a key of its own, and removes those before it once control has it as the newest. */
async function keepState(state: JournalState): Promise<void> {
  await rules?.save();
  const next = rules?.next ?? null;
  const live = new Set((await reader!.files()).map(({ fileId }) => fileId));
  const cursor = new Map([...state.cursor].filter(([file]) => live.has(file)));
  const { handle, key } = await control.call('stateKey', null);
  await write(pathOf(handle), sealState(AeadKey.fromBytes(key), { ...state, cursor, log: next }));
  await control.call('saved', { file: handle, cursor: [...cursor] });
  for (const name of await readdir(states)) {
    if (name.endsWith('.state') && name !== `${handle}.state`) await rm(join(states, name), { force: true });
  }
}

async function write(path: string, parts: Iterable<Uint8Array>): Promise<void> {
  {
    await using file = await open(path, 'wx', 0o600);
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  }
  await using folder = await open(states, 'r');
  await folder.sync().catch((error: unknown) => {
    if (!hasCode(error, 'EINVAL')) throw error;
  });
}

function pathOf(file: string): string {
  return join(states, `${file}.state`);
}
