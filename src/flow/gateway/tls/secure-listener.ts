import { createServer as createTcpServer } from 'node:net';
import type { Server as TcpServer, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Server as TlsServer, TLSSocket, TlsOptions } from 'node:tls';
import type { Millis } from '#base/core/index.ts';
import type { TlsRules } from '#declare/template/index.ts';
import { GatewayError } from '../errors.ts';
import type { ConnectionCount } from './connection-count.ts';
import type { HandshakeGate } from './handshake-gate.ts';
import { handshakeRefusal } from './handshake-error.ts';
import { keyAgreementOf } from './key-agreement.ts';
import type { HandshakePace } from './handshake-pace.ts';
import type { AgreementCount, KeyAgreement } from './key-agreement.ts';
import { tlsOptions } from './tls-options.ts';
import type { TlsMaterial } from './tls-options.ts';

/** How often an idle peer is asked by TCP whether it is still there: half-open connections end by it. */
const TCP_KEEP_ALIVE_MS = 60_000;

export interface SecureListenerDeps {
  readonly tls: TlsMaterial;
  readonly rules: TlsRules;
  readonly clientCertificates: boolean;
  /** Offered by ALPN; a client that offers only others is refused. @see RFC 7301 */
  readonly protocol: string;
  readonly handshakeTimeout: Millis;
  readonly count: ConnectionCount;
  /** Connections at once, over all workers and listeners. */
  mostConnections(): number;
  readonly gate: HandshakeGate;
  /** Spreads handshakes that come at once, over all listeners of a worker. */
  readonly pace: HandshakePace;
  /** Is told what each connection has agreed on. */
  readonly agreements: AgreementCount;
  /** Is given each connection after its handshake, and what that agreed on; the peer is not admitted yet. */
  accept(socket: TLSSocket, address: string | undefined, agreed: KeyAgreement): void;
  /** Is told of each connection that came to nothing. */
  refused(reason: string, address: string | undefined): void;
}

/**
 * A TCP port that speaks TLS, with a bound on everything that a stranger can take up: connections, handshakes at once
 * and from one network, and time for a handshake.
 */
export class SecureListener implements AsyncDisposable {
  readonly #deps: SecureListenerDeps;
  readonly #tcp: TcpServer;
  readonly #tls: TlsServer;
  readonly #sockets = new Set<Socket>();
  /** Gives back the place of each handshake under way. */
  readonly #handshakes = new Map<string, () => void>();

  constructor(deps: SecureListenerDeps) {
    this.#deps = deps;
    const { tls, protocol } = deps;
    try {
      this.#tls = createTlsServer({
        ...optionsOf(deps, tls),
        ALPNCallback: ({ protocols }) => (protocols.includes(protocol) ? protocol : undefined),
      });
    } catch (cause) {
      throw new GatewayError('GATEWAY_CERTIFICATE_INVALID', 'Cannot listen: the certificate or its key does not load', {
        cause,
      });
    }
    this.#tcp = createTcpServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS });
    this.#tcp.on('connection', (socket) => this.#connection(socket));
    this.#tls.on('secureConnection', (socket) => {
      this.#shaken(nameOf(socket));
      const agreed = keyAgreementOf(socket);
      socket.once('close', deps.agreements.add(agreed));
      deps.accept(socket, socket.remoteAddress, agreed);
    });
    this.#tls.on('tlsClientError', (error, socket) => {
      deps.refused(handshakeRefusal(error), socket.remoteAddress);
      socket.destroy();
    });
  }

  /**
   * @param port 0 for any that is free
   * @param shared several threads listen on the same port and the kernel deals connections out
   * @returns the port
   * @throws {GatewayError} GATEWAY_LISTEN_FAILED if it is taken or not ours to take
   */
  async listen(address: string, port: number, shared: boolean): Promise<number> {
    const tcp = this.#tcp;
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', (cause) => {
        const message = `Cannot listen on ${address} port ${port}: ${cause.message}`;
        const hint = 'Choose another port under listen: in the template, or end the program that has this one';
        reject(new GatewayError('GATEWAY_LISTEN_FAILED', message, { cause, hint }));
      });
      tcp.listen({ host: address, port, exclusive: true, reusePort: shared, backlog: 1_024 }, resolve);
    });
    tcp.removeAllListeners('error');
    // Too many open files: what is open goes on, and the kernel's queue holds the rest.
    tcp.on('error', () => this.#deps.refused('accept-failed', undefined));
    const bound = tcp.address();
    if (bound === null || typeof bound === 'string') {
      throw new GatewayError('GATEWAY_ADDRESS_INVALID', `Cannot listen on ${address}: it is not an internet address`);
    }
    return bound.port;
  }

  /** New connections get the new certificate; those that are open keep theirs. */
  renew(tls: TlsMaterial): void {
    // All of it: what is left out, such as the least version, would go back to what the library does by itself.
    this.#tls.setSecureContext(optionsOf(this.#deps, tls));
  }

  /** Takes no more connections; those that are open go on. */
  stop(): void {
    if (this.#tcp.listening) this.#tcp.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      if (this.#tcp.listening) this.#tcp.close(() => resolve());
      else resolve();
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #connection(socket: Socket): void {
    const { gate, count } = this.#deps;
    const address = socket.remoteAddress;
    if (!count.take(this.#deps.mostConnections())) {
      this.#deps.refused('too-many-connections', address);
      socket.destroy();
      return;
    }
    const leave = gate.enter(address);
    if (leave === null) {
      count.give();
      this.#deps.refused('too-many-handshakes', address);
      socket.destroy();
      return;
    }
    const name = nameOf(socket);
    this.#sockets.add(socket);
    this.#handshakes.set(name, leave);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#shaken(name);
      count.give();
    });
    // An error of the raw socket is the TLS socket's as well, which is listened to.
    socket.on('error', () => {});
    this.#deps.pace.begin(() => {
      if (!socket.destroyed) this.#tls.emit('connection', socket);
    });
  }

  #shaken(name: string): void {
    this.#handshakes.get(name)?.();
    this.#handshakes.delete(name);
  }
}

/** Tells the connections of one listener apart while they are open; the TLS socket shows the same as the one below. */
function nameOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

function optionsOf({ rules, clientCertificates, handshakeTimeout }: SecureListenerDeps, tls: TlsMaterial): TlsOptions {
  return tlsOptions(tls, rules, { clientCertificates, handshakeTimeout });
}
