import { createServer } from 'node:net';
import { hasCode } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import { ServerError } from '../errors.ts';
import type { Ports } from './contract.ts';

/** The ports that a template declares; 0 for any. */
export function portsOf({ listen: { mqtt, https, api, status } }: Template): Ports {
  return status === undefined ? { mqtt, https, api } : { mqtt, https, api, status };
}

/**
 * Tries each port once before workers share it: a shared port can be taken twice by programs of one user, and then
 * each would get some of the connections.
 *
 * @throws {ServerError} SERVER_PORT_IN_USE naming the port
 */
export async function requireFreePorts(address: string, ports: Ports): Promise<void> {
  for (const [name, port] of Object.entries(ports)) if (port !== 0) await requireFree(address, name, port);
}

function requireFree(address: string, name: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) => {
      // What else can be wrong with an address is told by the listener itself.
      if (!hasCode(cause, 'EADDRINUSE')) resolve();
      else {
        reject(
          new ServerError(
            'SERVER_PORT_IN_USE',
            `Cannot listen for ${name} on ${address}:${port}: another program does`,
            {
              hint: `Stop it, or start on other ports: \`weir up --${name}-port N\` (0: any that is free) counts for that start; others under \`listen\` of the template count before the first start, afterwards by \`weir apply\` while the platform runs`,
              cause,
            },
          ),
        );
      }
    });
    server.listen({ host: address, port }, () => server.close(() => resolve()));
  });
}
