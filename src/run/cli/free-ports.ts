import { once } from 'node:events';
import { createServer } from 'node:net';
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
