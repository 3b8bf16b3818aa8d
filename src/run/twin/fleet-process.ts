import { once } from 'node:events';
import type { FleetOrder } from './fleet.ts';
import { misbehaviourOf } from './misbehaviour.ts';
import { SimulatedDevice } from './simulated-device.ts';

const [order] = (await once(process, 'message')) as [FleetOrder];
const devices = order.devices.map(
  ({ credential, streams }, index) =>
    new SimulatedDevice({
      credential,
      host: order.host,
      port: order.port,
      streams,
      seed: order.seed + index,
      faultRatio: order.faultRatio,
      misbehaviour: order.misbehaves === true ? misbehaviourOf(index, order.devices.length) : null,
    }),
);
for (const device of devices) device.start(order.perSecond);

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.allSettled(devices.map((device) => device.stop()));
  process.exit(0);
}
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop());
// Without the one that started it, a fleet has nobody to stop it.
process.on('disconnect', () => void stop());
