import { countStored, pumpPayloads } from './platform-fleet.ts';
import type { Pumps } from './platform-fleet.ts';
import { runLoadProcess } from './run-load.ts';

const MOST_SECONDS = 150;
const CONNECTIONS = 10;

/**
 * Sends at least so many readings through the gateway, as fast as they are acknowledged, and has them all sealed.
 *
 * @returns how many are stored
 */
export async function fillPlatform(
  fleet: Pumps,
  rows: number,
  payloads: readonly string[] = pumpPayloads(20_000),
): Promise<number> {
  const { weir } = fleet;
  const total = await sendReadings(fleet, rows, payloads);
  const stored = await countStored(weir, total);
  await untilSealed(weir, total);
  return stored;
}

/** Sends at least so many readings, as fast as they are acknowledged. @returns how many were */
export async function sendReadings(
  { weir, pumps }: Pumps,
  rows: number,
  payloads: readonly string[] = pumpPayloads(20_000),
): Promise<number> {
  const senders = pumps.slice(0, CONNECTIONS);
  const { total } = await runLoadProcess({
    port: weir.address.ports.mqtt,
    authority: senders[0]?.authority ?? '',
    connections: senders.map(({ key, certificate, name }) => ({ key, certificate, clientId: name })),
    window: 100,
    topic: 'streams/pump',
    payloads,
    warmUpSeconds: 0,
    seconds: MOST_SECONDS,
    rate: null,
    most: rows,
  });
  if (total < rows) throw new Error(`only ${total} of ${rows} readings were taken in ${MOST_SECONDS} seconds`);
  return total;
}

/** Waits until so many readings are sealed and none waits to be; two minutes at most. */
export async function untilSealed(weir: Pumps['weir'], rows: number): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const { segments, tail } = await weir.status();
    if (segments.rows >= rows && tail.rows === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
