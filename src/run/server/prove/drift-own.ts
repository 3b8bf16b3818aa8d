import { setTimeout as sleep } from 'node:timers/promises';
import { PROBE_DEVICE, PROBE_STREAM } from '#base/core/index.ts';
import type { DriftTrial } from '#assure/controls/index.ts';
import { ALL_DEVICES } from '#watch/detect/index.ts';
import type { Alert } from '#watch/respond/index.ts';
import type { WatchParts } from './watch-own.ts';

/** Readings of a field that no other probe moves: enough for a reference, whatever the last run left behind. */
const USUAL = 400;
/** Readings that have drifted, in chunks, at most: none of them is unusual by itself. */
const CHUNK = 16;
const CHUNKS = 12;
const LOOK_AFTER_MS = 200;
/** Values from −5 to 5 in turn, and then the highest of them alone. */
const usual = (i: number): number => ((i * 7) % 11) - 5;
const drifted = (i: number): number => 3 + (i % 3);

/** Sends a field that is as it was and then one that has drifted, as the device `_probe`, and looks what is told. */
export async function driftOwn(
  parts: Omit<WatchParts, 'rules' | 'apartMs' | 'forget' | 'logged'>,
): Promise<DriftTrial> {
  const { baseline, alerts, clock, within } = parts;
  if ((await baseline(PROBE_DEVICE)) === null) return { watched: false, told: 0, fields: [], sentence: null };
  await send(parts, USUAL, usual);
  const began = clock.now();
  const told = async (): Promise<readonly Alert[]> => {
    const found = await alerts.list({ device: ALL_DEVICES, stream: PROBE_STREAM, since: began, limit: 100 });
    return found.filter(({ causes }) => causes.some(({ field }) => field === 'place'));
  };
  for (let chunk = 0; chunk < CHUNKS && (await told()).length === 0; chunk++) {
    await send(parts, CHUNK, drifted);
    await sleep(LOOK_AFTER_MS);
  }
  await within(async () => (await told()).length > 0);
  const found = await told();
  return {
    watched: true,
    told: found.length,
    fields: found[0]?.causes.map(({ field }) => field) ?? [],
    sentence: found[0]?.sentence ?? null,
  };
}

async function send(
  { publish }: Pick<WatchParts, 'publish'>,
  count: number,
  value: (i: number) => number,
): Promise<void> {
  const payloads = Array.from({ length: count }, (_, i) => JSON.stringify({ n: 1 + (i % 5), place: value(i) }));
  const outcomes = await publish(`streams/${PROBE_STREAM}`, payloads);
  if (!outcomes.every(({ code }) => code < 128)) throw new Error('Readings of the prober were refused');
}
