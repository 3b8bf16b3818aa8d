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
import { isBetween } from './connection-ends.ts';
import type { ConnectionEnds } from './connection-ends.ts';
import { keyAgreementOf } from './key-agreement.ts';
import type { HandshakePace } from './handshake-pace.ts';
import type { AgreementCount, KeyAgreement } from './key-agreement.ts';
import type { PeerSource } from './peer-source.ts';
import { tlsOptions } from './tls-options.ts';
import type { TlsMaterial } from './tls-options.ts';

/** What is known of who cannot even be taken. */
const NOWHERE: PeerSource = { address: undefined, own: false };
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
  accept(socket: TLSSocket, from: PeerSource, agreed: KeyAgreement): void;
  /** Is told of each connection that came to nothing. */
  refused(reason: string, from: PeerSource): void;
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
  /** Where the connections come from that were taken: a socket that was closed no longer says. */
  readonly #sources = new WeakMap<Socket, PeerSource>();
  /** Connections that were asked for once as the platform's own. */
  readonly #asked = new WeakSet<Socket>();
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
      deps.accept(socket, this.#sourceOf(socket), agreed);
    });
    this.#tls.on('tlsClientError', (error, socket) => {
      deps.refused(handshakeRefusal(error), this.#sourceOf(socket));
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
    tcp.on('error', () => this.#deps.refused('accept-failed', NOWHERE));
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

  /**
   * The platform itself has opened a connection, to try itself, and has not said anything over it yet. It counts as its
   * own for as long as it is open, whatever it shows of itself.
   *
   * It takes two calls: where the platform's end was closed before the first came here, somebody else may have taken its
   * port and have this connection now. Whoever asks looks in between whether its own end is open still.
   *
   * @returns false where it was not taken yet, or by another worker, or is asked for the first time
   */
  own(ends: ConnectionEnds): boolean {
    const socket = this.#sockets.values().find((one) => !one.destroyed && isBetween(one, ends));
    if (socket === undefined) return false;
    if (!this.#asked.has(socket)) {
      this.#asked.add(socket);
      return false;
    }
    this.#sources.set(socket, { address: socket.remoteAddress, own: true });
    return true;
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
    const from = { address: socket.remoteAddress, own: false };
    if (!count.take(this.#deps.mostConnections())) {
      this.#deps.refused('too-many-connections', from);
      socket.destroy();
      return;
    }
    const leave = gate.enter(from.address);
    if (leave === null) {
      count.give();
      this.#deps.refused('too-many-handshakes', from);
      socket.destroy();
      return;
    }
    const name = nameOf(socket);
    this.#sockets.add(socket);
    this.#sources.set(socket, from);
    this.#handshakes.set(name, leave);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#shaken(name);
      count.give();
    });
    // An error of the raw socket is the TLS socket's as well, which is listened to.
    socket.on('error', () => {});
    const leaveLine = this.#deps.pace.begin(() => {
      if (!socket.destroyed) this.#tls.emit('connection', socket);
    });
    socket.once('close', leaveLine);
  }

  #sourceOf(socket: TLSSocket): PeerSource {
    const { _parent: raw } = socket as TLSSocket & { readonly _parent?: Socket };
    // Node names the socket below in no other way, and one that the peer has closed does not know its address any more.
    return (raw === undefined ? undefined : this.#sources.get(raw)) ?? { address: socket.remoteAddress, own: false };
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
