import { PROBE_DEVICE, TRIAL_FLOWS } from '#base/core/index.ts';
import type { FlowTrial } from '#assure/controls/index.ts';
import { MUD_NAME, PROBER_FLOW } from '#watch/detect/index.ts';
import { shown } from './trial-run.ts';
import type { TrialParts } from './trial-run.ts';

const MOST_ALERTS = 100;
const PORTS = 65_536;

/**
 * Sends flows as the device `_probe`: those that its MUD profile allows, and then one to a peer that it does not name, on a
 * port that no earlier trial had of late.
 */
export async function tryFlows(parts: Omit<TrialParts, 'forget'>): Promise<FlowTrial> {
  const { publish, alerts, baseline, clock, flush, random, within } = parts;
  if ((await baseline(PROBE_DEVICE)) === null) return { watched: false, quiet: false, port: 0, violation: null };
  const began = clock.now();
  const send = async (flows: readonly object[]): Promise<void> => {
    const outcomes = await publish(
      `streams/${TRIAL_FLOWS}`,
      flows.map((flow) => JSON.stringify(flow)),
    );
    if (!outcomes.every(({ code }) => code < 128)) throw new Error('Flows of the prober were refused');
    await flush();
  };
  const told = async () =>
    (await alerts.list({ device: PROBE_DEVICE, stream: TRIAL_FLOWS, since: began - 1, limit: MOST_ALERTS })).filter(
      ({ detectors }) => detectors.some(({ name }) => name === MUD_NAME),
    );
  await send([PROBER_FLOW, { ...PROBER_FLOW, source_port: 40_001 }]);
  const quiet = (await told()).length === 0;
  const port = Math.floor(random() * PORTS);
  await send([{ ...PROBER_FLOW, destination_address: '203.0.113.9', destination_port: port }]);
  await within(async () => (await told()).length > 0);
  const violation = (await told()).at(-1);
  return { watched: true, quiet, port, violation: violation === undefined ? null : shown(violation) };
}
