import { TRIAL_FLOWS } from '#base/core/index.ts';
import type { ChannelTrial } from '#assure/controls/index.ts';
import { nextNormal, nextUniform, seedRandom } from '#learn/features/index.ts';
import { CHANNEL_NAME, PROBER_FLOW, PROBER_PEERS } from '#watch/detect/index.ts';
import { shown, TrialRun } from './trial-run.ts';
import type { TrialParts, TrialReading } from './trial-run.ts';

/** Others are known after two hours; the one that calls its master does so for the hour behind these. */
const [KNOWN, UNTIL] = [2 * 3_600, 3 * 3_600];
/** Seconds from one call to the next: of others in the mean, of command and control each time but for a little. */
const [MEAN, BEAT, JITTER] = [75, 14, 0.3];

/**
 * Lives three hours as a device that speaks to peers at no steady pace, all of them allowed, and in the last of them calls
 * one more as command and control does.
 */
export async function tryChannels(parts: TrialParts): Promise<ChannelTrial> {
  const [peer, ...others] = PROBER_PEERS;
  const run = await TrialRun.begin(parts, TRIAL_FLOWS);
  if (run === null) return { watched: false, quiet: false, peer: peer!, told: null, channels: 0 };
  const random = seedRandom(39);
  const calls = others.flatMap((other) => callsTo(other, 0, UNTIL, () => -MEAN * Math.log(1 - nextUniform(random))));
  const master = callsTo(peer!, KNOWN, UNTIL, () => BEAT + JITTER * nextNormal(random));
  const flows = readingsAt([...calls, ...master]);
  const before = flows.findIndex(({ fields }) => fields['destination_address'] === peer);
  await run.send(flows.slice(0, before));
  const quiet = (await run.toldBy(CHANNEL_NAME)).length === 0;
  await run.send(flows.slice(before));
  const told = await run.toldBy(CHANNEL_NAME);
  const of = told.filter(({ sentence }) => sentence.includes(`${peer!} `)).at(-1);
  return { watched: true, quiet, peer: peer!, told: of === undefined ? null : shown(of), channels: told.length };
}

interface Call {
  readonly at: number;
  readonly peer: string;
}

function callsTo(peer: string, from: number, until: number, gap: () => number): readonly Call[] {
  const calls: Call[] = [];
  for (let at = from + gap(); at < until; at += gap()) calls.push({ at, peer });
  return calls;
}

function readingsAt(calls: readonly Call[]): readonly TrialReading[] {
  const sorted = calls.toSorted((a, b) => a.at - b.at);
  return sorted.map(({ at, peer }, i) => ({
    after: at - (sorted[i - 1]?.at ?? 0),
    fields: { ...PROBER_FLOW, destination_address: peer },
  }));
}
