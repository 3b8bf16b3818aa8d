import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Template } from '#declare/template/index.ts';
import { placeOf } from '#flow/store/index.ts';
import { formatMicros, seconds } from '#base/core/index.ts';
import type { AuditLog, CosignatureAnswer } from '#trust/audit/index.ts';
import type { Consents } from '#trust/consent/index.ts';
import type { Identity } from '#trust/identity/index.ts';
import type { DataDirectory } from '../data-directory.ts';
import type { Pace } from '../gateway/contract.ts';
import type { GatewayHost } from '../gateway/host.ts';
import type { PlatformAddress, PlatformStatus } from '../platform-status.ts';
import { answerWithin } from '../process/answer-within.ts';
import { memoryExposures } from '../process/memory-exposures.ts';
import type { ArchivePlaces } from '../places/archive-places.ts';
import { processTree } from '../prove/process-files.ts';
import type { StoreHost } from '../store/host.ts';
import { placesIn } from './regions.ts';
import type { ProposalBook } from './proposal-book.ts';
import type { WatchReport } from '../watch/contract.ts';
import type { WatchHost } from '../watch/host.ts';
import type { AlertBook } from '#watch/respond/index.ts';
import type { SegmentHost } from './segment-host.ts';

/** How long a part may take to say how it is. */
const PATIENCE = seconds(10);

export interface StatusSources {
  readonly version: string;
  readonly address: PlatformAddress;
  readonly template: Template;
  readonly since: string;
  readonly audit: AuditLog;
  readonly store: StoreHost;
  readonly watch: WatchHost;
  readonly alerts: Pick<AlertBook, 'total'>;
  readonly gateway: GatewayHost;
  readonly queries: {
    readonly confinement: { readonly confined: boolean; readonly reason: string | null };
    readonly running: number;
  };
  readonly segments: SegmentHost;
  readonly places: Pick<ArchivePlaces, 'problems'>;
  readonly layout: DataDirectory;
  readonly continuity: Pick<Identity['continuity'], 'gaps' | 'suspended'>;
  readonly consents: Pick<Consents, 'suspended'>;
  readonly proposals: Pick<ProposalBook, 'waiting'>;
  readonly authorities: Pick<Identity['authorities'], 'areSettled'>;
  /** What the witness last said; null without one. */
  readonly witness: () => CosignatureAnswer | null;
  readonly uptimeSeconds: number;
  /** Readings per second since the status was last asked for. */
  readonly rate: (admitted: number) => number;
}

/** Asks every part how it is. A part that does not answer is named under `degraded`. */
export async function readStatus(sources: StatusSources): Promise<PlatformStatus> {
  const { address, template, audit, store, watch, gateway, queries, segments, layout } = sources;
  const degraded: string[] = [];
  const counts = await gateway.counts();
  const storeStatus = (await answerWithin(store.status(), PATIENCE)) ?? null;
  if (storeStatus === null) degraded.push('the store does not answer');
  const away = new Map([...sources.places.problems, ...(storeStatus?.archive.problems ?? [])].map((p) => [p.place, p]));
  for (const { place, problem } of away.values())
    degraded.push(`place ${place} of archived segments cannot be used: ${problem}`);
  if (storeStatus?.paused === true) degraded.push('the store lags and the journal waits');
  for (const { file, offset, reason } of store.damages) {
    const [state, remedy] =
      reason === 'JOURNAL_DAMAGED'
        ? [`is damaged from byte ${offset} on`, 'restore it']
        : ['cannot be opened', 'bring its key back, with a newer copy of the catalogue'];
    degraded.push(`journal file ${file} ${state}: ${remedy}, or see weir journal unread`);
  }
  for (const { file, offset } of gateway.lostWindows)
    degraded.push(
      `windows file ${file} cannot be read from byte ${offset} on: what it held of open windows is missing`,
    );
  if (!queries.confinement.confined)
    degraded.push(`query processes are not confined: ${queries.confinement.reason ?? 'unknown'}`);
  const watched = await watchStatus(watch);
  if (watched === undefined) degraded.push('the watch does not answer');
  if (typeof watched?.problem === 'string') degraded.push(`rules cannot read the log: ${watched.problem}`);
  const lost = lossOf(watched?.lost ?? 0);
  if (lost !== null) degraded.push(lost);
  if ((watched?.forgotten ?? 0) > 0)
    degraded.push(`rules gave up ${watched?.forgotten} groups of events, since there were too many at once`);
  const { segments: active, damaged } = await segments.look();
  for (const { error, stream } of damaged)
    degraded.push(`${error.message}: statements that may need its readings, such as those on ${stream}, are refused`);
  const gaps = await sources.continuity.gaps();
  const suspended = await sources.continuity.suspended();
  if (sources.consents.suspended > 0) {
    degraded.push(
      `the log lacks entries: ${sources.consents.suspended} consents are suspended until they are confirmed`,
    );
  }
  if (suspended > 0) {
    degraded.push(`the log lacks entries: ${suspended} certificates are suspended until they are confirmed`);
  }
  if (!sources.authorities.areSettled) {
    degraded.push('new certificates are not signed as the template wants it: have weir ca request signed by the root');
  }
  if (sources.witness()?.outcome === 'unreachable') {
    degraded.push('the witness does not answer: whether the log is whole is not known');
  }
  const listening = { address: template.listen.address };
  return {
    version: sources.version,
    demo: address.demo,
    uptimeSeconds: sources.uptimeSeconds,
    template: { name: template.name, digest: template.digest, since: sources.since },
    proposals: { waiting: await sources.proposals.waiting() },
    tlsMinimum: template.tls.minimum,
    listeners: Object.entries(address.ports).map(([name, port]) => ({ name, ...listening, port })),
    processes: [
      { name: 'control', state: 'running', pid: process.pid, restarts: 0 },
      ...[
        { name: 'gateway', process: gateway.process },
        { name: 'store', process: store.process },
        ...(watch.process === null ? [] : [{ name: 'watch', process: watch.process }]),
      ].map(({ name, process: child }) => ({
        name,
        state: child.isAtWork ? 'running' : 'starting',
        pid: child.pid ?? null,
        restarts: child.restarts,
      })),
    ],
    connections: counts.connections,
    readings: {
      admitted: counts.admitted,
      duplicates: counts.duplicates,
      perSecond: Math.round(sources.rate(counts.admitted)),
      refused: counts.refused,
      dropped: counts.dropped,
    },
    pace: shownPace(counts.pace),
    refusedConnections: counts.refusedConnections,
    journal: { bytes: await folderBytes(layout.journal) },
    tail: { rows: storeStatus?.tailRows ?? 0, bytes: storeStatus?.tailBytes ?? 0 },
    segments: {
      count: active.length,
      rows: active.reduce((sum, { rows }) => sum + rows, 0),
      bytes: active.reduce((sum, { size }) => sum + size, 0),
    },
    archive: {
      waiting: storeStatus?.archive.waiting ?? 0,
      places: placesIn(active).map((place) => {
        const own = active.filter(({ objectKey }) => placeOf(objectKey)?.place === place);
        return { place, segments: own.length, bytes: own.reduce((sum, { size }) => sum + size, 0) };
      }),
    },
    audit: {
      entries: audit.size,
      integrated: audit.checkpoint.size,
      gaps: gaps.map(({ from, to, knownBy, found }) => ({ from, to, knownBy, found: formatMicros(found) })),
      suspended,
    },
    queries: { ...queries.confinement, running: queries.running },
    watch: watched === null || watched === undefined ? null : shownWatch(watched, watch.shed, sources.alerts.total),
    exposures: await memoryExposures((await processTree(process.pid)) ?? [], queries.confinement.confined),
    degraded,
  };
}

/** Bytes of the files below a folder, two levels deep as the journal has them. */
export async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    // A file may go while we look.
    bytes += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}

/** Counts per second between two calls; the average over at least a second. */
export function makeRate(nowMs: () => number): (total: number) => number {
  let last: { total: number; at: number } | null = null;
  let rate = 0;
  return (total) => {
    const at = nowMs();
    if (last === null) last = { total, at };
    else if (at - last.at >= 1_000) {
      rate = ((total - last.total) * 1_000) / (at - last.at);
      last = { total, at };
    }
    return Math.max(0, rate);
  };
}

function shownPace({ behindMs, allowedPerSecond, heldBackMs }: Pace): PlatformStatus['pace'] {
  return {
    behindMs: Math.round(behindMs),
    allowedPerSecond: allowedPerSecond === null ? null : Math.round(allowedPerSecond),
    heldBackSeconds: Math.round(heldBackMs) / 1_000,
  };
}

/** What the watch lost of its state at its start, in words; null for nothing. The log of the process names whose it was. */
export function lossOf(lost: WatchReport['lost']): string | null {
  if (lost === 0) return null;
  const what =
    lost === 'all'
      ? 'could not be opened: all baselines'
      : `was damaged in ${lost} ${lost === 1 ? 'part' : 'parts'}: the baselines there`;
  return `the state of the watch ${what} are learnt anew since its start`;
}

type Watched = NonNullable<Awaited<ReturnType<typeof watchStatus>>>;

function shownWatch({ problem: _problem, lost: _lost, shed, ...watched }: Watched, more: number, alerts: number) {
  return { ...watched, shed: shed + more, alerts };
}

/** How the watch is; null while it does not run, undefined where it does not answer. */
async function watchStatus(watch: WatchHost) {
  const status = await answerWithin(watch.status(), PATIENCE);
  if (status === null || status === undefined) return status;
  const { readings: judged, rules } = status;
  return {
    streams: judged?.streams.length ?? 0,
    devices: judged?.devices ?? 0,
    readings: judged?.readings ?? 0,
    shed: judged?.shed ?? 0,
    tiers: judged?.tiers ?? [],
    recall: judged?.recall ?? { sampled: 0, odd: 0, missed: 0 },
    heldBack: judged?.heldBack ?? 0,
    windowsShed: judged?.windowsShed ?? 0,
    leftOut: judged?.leftOut ?? 0,
    drift: judged?.drift ?? { fields: 0, watching: 0 },
    lagMs: judged?.lagMs ?? 0,
    rules: rules?.rules ?? 0,
    entries: rules?.entries ?? 0,
    forgotten: rules?.forgotten ?? 0,
    problem: rules?.problem ?? null,
    lost: status.lost,
  };
}
