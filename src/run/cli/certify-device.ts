import type { Enrolment } from './commands/device.ts';
import { refusalOf } from './errors.ts';
import type { PlatformClient } from './platform-client.ts';

/** A certificate for a device, which is enrolled if it is not in the inventory yet. */
export async function certifyDevice(
  client: PlatformClient,
  name: string,
  type: string,
  days: number,
): Promise<Enrolment> {
  try {
    return await client.json<Enrolment>('POST', '/v1/devices', { body: { name, type, days } });
  } catch (error) {
    if (refusalOf(error)?.code !== 'IDENTITY_DEVICE_EXISTS') throw error;
    return await client.json<Enrolment>('POST', `/v1/devices/${encodeURIComponent(name)}/certificate`, {
      body: { days },
    });
  }
}
