import mqtt from 'mqtt';
import type { TestDevice, TestPlatform } from '../support/running-platform.ts';

/**
 * Connects a device over MQTT 5 once, and not again when it is cut off.
 *
 * @param localAddress where on the loopback network it comes from
 * @throws {Error} where it is not let in
 */
export async function connectDevice(
  weir: TestPlatform,
  device: Pick<TestDevice, 'key' | 'certificate' | 'authority'>,
  clientId: string,
  localAddress = '127.0.0.1',
): Promise<mqtt.MqttClient> {
  const client = mqtt.connect({
    protocol: 'mqtts',
    host: 'localhost',
    port: weir.platform.address.ports.mqtt,
    key: device.key,
    cert: device.certificate,
    ca: device.authority,
    protocolVersion: 5,
    reconnectPeriod: 0,
    // Handed through to the socket; the types do not know of it.
    ...({ localAddress } as object),
    clientId,
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.on('connect', () => resolve());
  client.on('error', reject);
  client.on('close', () => reject(new Error('closed')));
  try {
    await promise;
  } catch (error) {
    await client.endAsync(true);
    throw error;
  }
  return client;
}
