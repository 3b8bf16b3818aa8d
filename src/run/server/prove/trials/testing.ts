import { micros, PROBE_DEVICE, TRIAL_CONNECTIONS } from '#base/core/index.ts';
import { TokenKey } from '#base/crypto/index.ts';
import { tokenDomains } from '#declare/template/index.ts';
import { ConnectionBook, summaryMembers } from '#flow/gateway/index.ts';
import { Ingest, isStored, reasonOf } from '#flow/ingest/index.ts';
import { DEVICE_FLAG, DeviceTable } from '#trust/identity/index.ts';
import { MudWatch, planMud, planWatch, WatchService } from '#watch/detect/index.ts';
import type { WatchPlan } from '#watch/detect/index.ts';
import { AlertBook, RuleBook, WATCH_SCHEMA } from '#watch/respond/index.ts';
import { eventually } from '../../../../../test/support/eventually.ts';
import { frozenClock } from '../../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../../test/support/make-template.ts';
import { MemoryJournal } from '../../../../../test/support/memory-journal.ts';
import { silentLog } from '../../../../../test/support/open-audit-log.ts';
import { openKeys, recordAudit } from '../../../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../../../test/support/tmp.ts';
import type { TrialParts } from './trial-run.ts';
import type { ConnectionParts } from './try-connections.ts';

/**
 * For tests only: what a trial reaches, with everything real but the network and the disk: readings go through the
 * checks of the door into a journal, and from there through the watch to the alerts.
 *
 * @param broken a plan of the prober's watch as it should not be; null for no watch at all
 */
export async function trialWorld(
  t: Cleanable,
  broken: ((plan: WatchPlan) => WatchPlan) | null = (plan) => plan,
): Promise<TrialParts & Pick<ConnectionParts, 'connect' | 'pause'> & { readonly alerts: AlertBook }> {
  const clock = frozenClock();
  const template = makeTemplate(
    'devices: { d: {} }\nstreams: { s: { from: d, fields: { v: { type: number } } } }\ndetect: { s: {} }\n',
  );
  const { catalogue, keys } = await openKeys(t, clock);
  await catalogue.migrate(WATCH_SCHEMA);
  const own = { catalogue, sealer: await keys.rowSealer('people'), audit: recordAudit(), clock };
  const alerts = await AlertBook.open({ ...own, rules: await RuleBook.open(own) });
  const journal = new MemoryJournal();
  const table = DeviceTable.create({ devices: 1, streams: 8, records: 8, window: 8, stepped: 1 }, new Uint8Array(8));
  const device = { index: 0, name: PROBE_DEVICE, type: PROBE_DEVICE, speaksFor: [], serials: [] };
  table.setFlags(0, DEVICE_FLAG.known);
  const ingest = new Ingest({
    template,
    journal: {
      append: async (records) => {
        // As it was: ingest writes into its batches again.
        const positions = structuredClone(records).map((record) => journal.append('f', record));
        return positions.at(-1) ?? { file: 'f', offset: 0 };
      },
      close: async () => {},
    },
    table,
    worker: 0,
    digestKey: new Uint8Array(32),
    tokenKeys: new Map(tokenDomains(template).map((domain) => [domain, TokenKey.fromBytes(new Uint8Array(32), 1)])),
    findDevice: () => device,
  });
  const plans = new Map([...planWatch(template)].map(([stream, plan]) => [stream, broken?.(plan) ?? plan]));
  const muds = new Map([...planMud(template)].map(([stream, plan]) => [stream, new MudWatch(plan, async () => PROBE_DEVICE)])); // prettier-ignore
  const watch = new WatchService({
    journal,
    clock,
    log: silentLog,
    plans,
    muds,
    cursor: new Map(),
    devices: [],
    raise: async (findings) => void (await alerts.raise(findings)),
    save: async () => {},
  });
  t.after(() => watch.drain());
  let sent = 0;
  const connections = new ConnectionBook({
    clock,
    isStream: (name) => template.streams.has(name),
    told: (summary) => void ingest.recordOwn(TRIAL_CONNECTIONS, device, summaryMembers(summary), summary.at),
  });
  return {
    pause: async () => clock.set(micros(clock.now() + 3e6)),
    connect: async ({ localAddress, signatureAlgorithms, isLost }, topic, payload) => {
      const tally = connections.began(device, {
        network: localAddress ?? '127.0.0.1',
        tls: 'TLSv1.3',
        stack: signatureAlgorithms ?? 'usual',
        protocol: 'mqtt-5',
        keepAlive: 0,
        clean: true,
        hasWill: false,
      });
      const stream = topic.slice('streams/'.length);
      tally.message(payload.length, clock.now(), { stream, about: device, refusal: 0 });
      clock.set(micros(clock.now() + 20_000));
      connections.ended(tally, isLost === true ? 'lost' : 'goodbye');
      await ingest.drain();
      return { code: 0, text: null };
    },
    publish: async (topic, payloads) => {
      const outcomes = payloads.map((payload) => {
        // Within the burst of the stream, and no lag that would keep anything from being judged.
        clock.set(micros(clock.now() + 100));
        const stream = topic.slice('streams/'.length);
        const reason = ingest.admit(device, stream, device, Buffer.from(payload), 'json', clock.now());
        return isStored(reason) ? { code: 0, text: null } : { code: 0x99, text: reasonOf(reason)?.word ?? null };
      });
      await ingest.drain();
      sent += payloads.length;
      return outcomes;
    },
    alerts,
    baseline: async (name) => (broken === null ? null : watch.baseline(name)),
    forget: (spans) => watch.forget(spans),
    flush: () => watch.save(),
    clock,
    random: () => (sent % 997) / 997,
    within: async (ask) => {
      await eventually(ask, Boolean);
      return true;
    },
  };
}
