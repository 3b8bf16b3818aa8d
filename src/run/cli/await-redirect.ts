import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliError } from './errors.ts';

/** A place on this machine to which a browser returns after a login. */
export interface RedirectListener extends Disposable {
  /** To be registered with the provider as a loopback address: any port of it. */
  readonly redirect: string;
  /** The whole address that the browser came back to, once. @throws {CliError} CLI_UNFINISHED when time is up */
  returned(withinMs: number): Promise<string>;
}

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>weir</title><p>This window can be closed; the command line goes on.</p>';

/** Listens on a free port of the loopback interface. @see RFC 8252 section 7.3 */
export async function listenForRedirect(): Promise<RedirectListener> {
  const found = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    const { url = '/' } = request;
    const isReturn = request.method === 'GET' && url.startsWith('/returned?');
    response.writeHead(isReturn ? 200 : 404, { 'content-type': 'text/html', 'cache-control': 'no-store' });
    response.end(isReturn ? PAGE : '');
    if (isReturn) found.resolve(`${origin}${url}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    redirect: `${origin}/returned`,
    returned: (withinMs) => {
      const timer = setTimeout(
        () => found.reject(new CliError('CLI_UNFINISHED', 'Cannot sign in: time is up')),
        withinMs,
      );
      return found.promise.finally(() => clearTimeout(timer));
    },
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
