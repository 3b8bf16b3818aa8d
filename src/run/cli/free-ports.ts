import { once } from 'node:events';
import { createServer } from 'node:net';
import { hasCode } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';

export interface Ports {
  readonly mqtt: number;
  readonly https: number;
  readonly api: number;
}

/** The ports that a template names, 0 (any free one) in place of each that is taken now. */
export async function freePorts({ listen }: Template): Promise<Ports> {
  const free = async (port: number): Promise<number> => ((await isFree(port, listen.address)) ? port : 0);
  return { mqtt: await free(listen.mqtt), https: await free(listen.https), api: await free(listen.api) };
}

/**
 * Starts on the ports that a template names, and on free ones where they are taken: before, or while it starts, as
 * when two demos start together and both see them free.
 *
 * @param onOthers called once where other ports than the template's are to be taken
 */
export async function startOnFreePorts<Started>(
  template: Template,
  start: (ports: Ports) => Promise<Started>,
  onOthers: () => void,
): Promise<Started> {
  const ports = await freePorts(template);
  const { mqtt, https, api } = template.listen;
  if (ports.mqtt !== mqtt || ports.https !== https || ports.api !== api) {
    onOthers();
    // Those that are free may be on their way to who has the others.
    return start(ANY);
  }
  try {
    return await start(ports);
  } catch (error) {
    if (!isPortTaken(error)) throw error;
    onOthers();
    return start(ANY);
  }
}

const ANY: Ports = { mqtt: 0, https: 0, api: 0 };

/** Seen by control before the gateway listens, or by the gateway where another came between. */
function isPortTaken(error: unknown): boolean {
  return hasCode(error, 'SERVER_PORT_IN_USE') || hasCode(error, 'GATEWAY_LISTEN_FAILED');
}

async function isFree(port: number, address: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, address);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
