import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import type { TLSSocket, TlsOptions } from 'node:tls';
import type { TestContext } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import type { Identity } from '#trust/identity/index.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { dial } from './dial-own.ts';
import type { Dial } from './dial-own.ts';
import type { Credential } from './credential.ts';
import type { LiveParts } from './live-platform.ts';

/** For tests only: a TLS server of one platform's identity, and a client's credential of the same. */
export interface TestServer {
  readonly url: URL;
  readonly authority: string;
  readonly credential: Credential;
  readonly identity: Identity;
  readonly dial: Dial;
}

/** Starts one that hands every connection to `serve`; it goes with the test. */
export async function startTestServer(
  t: TestContext,
  scheme: 'mqtts' | 'https',
  serve: (socket: TLSSocket) => void,
  options: TlsOptions = {},
): Promise<TestServer> {
  const { identity } = await openTrust(t);
  const { key, certificate } = await identity.serverCertificate([]);
  const sockets = new Set<TLSSocket>();
  const server = createServer({ key, cert: certificate, ...options }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const authority = identity.certificates.root;
  const credential = await identity.issueOperator('weir:test');
  return { url: new URL(`${scheme}://localhost:${port}`), authority, credential, identity, dial };
}

/** A server that answers over HTTPS as the test says, and the parts of a call to it; it goes with the test. */
export async function serveHttps(t: TestContext, answer: (request: IncomingMessage, reply: ServerResponse) => void) {
  const { identity } = await openTrust(t);
  const { key, certificate } = await identity.serverCertificate([]);
  const server = createHttpsServer({ key, cert: certificate }, answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = new URL(`https://localhost:${(server.address() as AddressInfo).port}/v1/x`);
  return { method: 'POST', url, authority: identity.certificates.root, body: null, timeoutMs: 60_000, dial } as const;
}

/** What a prover reaches of a platform that has nothing: nobody listens, nothing is stored, kept, held or watched. */
export function barePlatform() {
  const none = (what: string) => (): Promise<never> => Promise.reject(new Error(what));
  const nowhere = 'localhost:1';
  return {
    segments: { active: async () => [], retire: async () => 1 },
    retention: { plan: async () => [], hold: none('nothing holds'), release: async () => {} },
    backupTrial: async () => [],
    archiveTrial: async () => [],
    ownConnection: async () => true,
    relationsOf: async () => new Map(),
    regionTrial: async () => ({ regions: [], stores: [], leaks: [], told: [] }),
    privacyTrial: async () => [],
    consentTrial: async () => [],
    rights: { trial: async () => ({ requests: 0, looked: 0, remains: [], shown: [], overdue: [] }) },
    processingRecord: none('nothing is recorded'),
    alerts: { list: async () => [], get: none('there is none'), answer: none('there is none') },
    alertRules: { all: [], add: none('this test makes no rules'), revert: none('this test makes no rules') },
    baseline: async () => null,
    forgetWatched: async () => 0,
    flushWatch: async () => {},
    cryptoInventory: none('this test reads no inventory'),
    seal: async () => {},
    clock: systemClock,
    random: systemRandom,
    address: () => ({
      pid: 1,
      mqtt: `mqtts://${nowhere}`,
      https: `https://${nowhere}`,
      api: `https://${nowhere}`,
      ports: { mqtt: 1, https: 1, api: 1 },
      demo: true,
    }),
  } satisfies Partial<LiveParts>;
}
