import { GatewayError } from '../errors.ts';
import type { DelayedWill, FromHub, HubLine, ToHub } from './hub-message.ts';
import type { Command, SessionSnapshot } from './session.ts';

/** What the hub asks of the connections of this worker. */
export interface HubRequests {
  /** Close the connection that has this session; it is taken over. */
  yield(key: string, generation: number): void;
  command(key: string, command: Command): void;
  will(will: DelayedWill): void;
  expired(key: string, generation: number): void;
}

/** A session that this worker now has. */
export interface ClaimedSession {
  readonly generation: number;
  /** Whether there was a session of this name. */
  readonly follows: boolean;
  readonly snapshot: SessionSnapshot | null;
}

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** The hub as a worker sees it. */
export class HubClient {
  readonly #line: HubLine<ToHub, FromHub>;
  readonly #claims = new Map<number, Waiting<ClaimedSession>>();
  readonly #retained = new Map<number, Waiting<readonly Command[]>>();
  #lastRequest = 0;
  #closed = false;

  constructor(line: HubLine<ToHub, FromHub>, requests: HubRequests) {
    this.#line = line;
    line.listen(
      (message) => this.#receive(message, requests),
      () => this.#close(),
    );
  }

  /**
   * Takes a session over from wherever it is.
   *
   * @throws {GatewayError} GATEWAY_HUB_CLOSED if the hub is gone
   */
  claim(key: string, device: string, clean: boolean): Promise<ClaimedSession> {
    return this.#ask(this.#claims, (request) => ({ type: 'claim', request, key, device, clean }));
  }

  /** @param snapshot null where nothing is to be kept */
  release(key: string, generation: number, snapshot: SessionSnapshot | null, will: DelayedWill | null): void {
    this.#post({ type: 'release', key, generation, snapshot, will });
  }

  /**
   * The retained commands of a device that have not expired.
   *
   * @throws {GatewayError} GATEWAY_HUB_CLOSED if the hub is gone
   */
  retained(device: string): Promise<readonly Command[]> {
    return this.#ask(this.#retained, (request) => ({ type: 'retained', request, device }));
  }

  delivered(device: string, command: string): void {
    this.#post({ type: 'delivered', device, command });
  }

  undelivered(device: string, command: string, reason: string): void {
    this.#post({ type: 'undelivered', device, command, reason });
  }

  #ask<T>(waiting: Map<number, Waiting<T>>, message: (request: number) => ToHub): Promise<T> {
    if (this.#closed) return Promise.reject(closed());
    const request = ++this.#lastRequest;
    return new Promise((resolve, reject) => {
      waiting.set(request, { resolve, reject });
      this.#line.post(message(request));
    });
  }

  #post(message: ToHub): void {
    if (!this.#closed) this.#line.post(message);
  }

  #receive(message: FromHub, requests: HubRequests): void {
    switch (message.type) {
      case 'claimed': {
        const { request, generation, follows, snapshot } = message;
        this.#claims.get(request)?.resolve({ generation, follows, snapshot });
        this.#claims.delete(request);
        return;
      }
      case 'retained':
        this.#retained.get(message.request)?.resolve(message.commands);
        this.#retained.delete(message.request);
        return;
      case 'yield':
        return requests.yield(message.key, message.generation);
      case 'command':
        return requests.command(message.key, message.command);
      case 'will':
        return requests.will(message.will);
      case 'expired':
        return requests.expired(message.key, message.generation);
    }
  }

  #close(): void {
    this.#closed = true;
    for (const waiting of [...this.#claims.values(), ...this.#retained.values()]) waiting.reject(closed());
    this.#claims.clear();
    this.#retained.clear();
  }
}

function closed(): GatewayError {
  return new GatewayError('GATEWAY_HUB_CLOSED', 'Cannot reach the session hub: its thread has ended');
}
