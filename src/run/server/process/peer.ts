import { PlatformError } from '#base/core/index.ts';
import { ServerError } from '../errors.ts';

/** The methods that one side offers the other: each takes one value and answers with one. */
export type Methods = Record<string, (parameters: never) => unknown>;

/** A two-way line that keeps order and carries structured clones: a child process's channel or a worker's port. */
export interface Line {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  listen(onMessage: (message: unknown) => void, onClose: () => void): void;
}

interface Request {
  readonly kind: 'call' | 'tell';
  readonly id: number;
  readonly method: string;
  readonly parameters: unknown;
}

interface Reply {
  readonly kind: 'reply';
  readonly id: number;
  readonly value?: unknown;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | undefined;
    readonly detail: string | undefined;
  };
}

/**
 * Calls between two processes of the platform, typed by what each side offers.
 *
 * Errors arrive with code, message and hint; what else they held stays where they happened.
 */
export class Peer<Remote extends Methods> {
  readonly #line: Line;
  readonly #pending = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>();
  readonly #closing: (() => void)[] = [];
  #next = 1;
  #open = true;

  constructor(line: Line, offered: Methods) {
    this.#line = line;
    line.listen(
      (message) => this.#receive(message as Request | Reply, offered),
      () => this.#closed(),
    );
  }

  /**
   * Runs a method on the other side. Rejects with SERVER_PROCESS_GONE if that side ends first.
   *
   * @param transfer buffers that go over as they are and are gone here; between threads only
   */
  call<Name extends keyof Remote & string>(
    method: Name,
    parameters: Parameters<Remote[Name]>[0],
    transfer?: readonly ArrayBuffer[],
  ): Promise<Awaited<ReturnType<Remote[Name]>>> {
    return new Promise((resolve, reject) => {
      if (!this.#open) {
        reject(gone(method));
        return;
      }
      const id = this.#next++;
      this.#pending.set(id, { resolve, reject });
      this.#line.post({ kind: 'call', id, method, parameters } satisfies Request, transfer);
    });
  }

  /** Runs a method on the other side without waiting for its answer; lost if that side has ended. */
  tell<Name extends keyof Remote & string>(method: Name, parameters: Parameters<Remote[Name]>[0]): void {
    if (this.#open) this.#line.post({ kind: 'tell', id: 0, method, parameters } satisfies Request);
  }

  /** Calls back once when the other side is gone. */
  onClose(callback: () => void): void {
    if (this.#open) this.#closing.push(callback);
    else callback();
  }

  #receive(message: Request | Reply, offered: Methods): void {
    if (message.kind === 'reply') {
      const waiting = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.error === undefined) waiting?.resolve(message.value as never);
      else waiting?.reject(revive(message.error));
      return;
    }
    void this.#serve(message, offered);
  }

  async #serve(request: Request, offered: Methods): Promise<void> {
    const method = Object.hasOwn(offered, request.method) ? offered[request.method] : undefined;
    let reply: Reply;
    try {
      if (method === undefined)
        throw new ServerError('SERVER_CALL_UNKNOWN', `Cannot call ${request.method}: no such method`);
      reply = { kind: 'reply', id: request.id, value: await method(request.parameters as never) };
    } catch (error) {
      reply = { kind: 'reply', id: request.id, error: describe(error) };
    }
    if (request.kind === 'call' && this.#open) this.#line.post(reply);
  }

  #closed(): void {
    this.#open = false;
    for (const [, waiting] of this.#pending) waiting.reject(gone('the call under way'));
    this.#pending.clear();
    for (const callback of this.#closing.splice(0)) callback();
  }
}

function gone(what: string): ServerError {
  return new ServerError('SERVER_PROCESS_GONE', `Cannot answer ${what}: the process it runs in has ended`, {
    hint: 'Try again: ended processes are restarted',
  });
}

function describe(error: unknown): NonNullable<Reply['error']> {
  if (error instanceof PlatformError)
    return { code: error.code, message: error.message, hint: error.hint, detail: detailOf(error) };
  if (error instanceof Error)
    return {
      code: 'SERVER_CALL_FAILED',
      message: `${error.name}: ${error.message}`,
      hint: undefined,
      detail: undefined,
    };
  return { code: 'SERVER_CALL_FAILED', message: String(error), hint: undefined, detail: undefined };
}

/** What an error says beside its message to one reader alone, such as the words of a query engine. */
function detailOf(error: PlatformError): string | undefined {
  return 'detail' in error && typeof error.detail === 'string' ? error.detail : undefined;
}

function revive({ code, message, hint, detail }: NonNullable<Reply['error']>): PlatformError {
  const error = new PlatformError(code, message, hint === undefined ? {} : { hint });
  return detail === undefined ? error : Object.assign(error, { detail });
}
