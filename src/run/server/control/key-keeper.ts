import { formatMicros } from '#base/core/index.ts';
import type { AuditSink, Clock, Random } from '#base/core/index.ts';
import { KeysError } from '#trust/keys/index.ts';
import type { Custody, Destruction, KeyKind, KeyRing, KeyVersion, Rotation } from '#trust/keys/index.ts';
import { rotateKept, versionsOf } from './kept-versions.ts';

/**
 * Ticket keys are no keys of the hierarchy: they live in memory for a day and seal the sessions of listeners. Nor are those
 * of the gateway, by which it makes digests: custody keeps them by name.
 */
export type AnyKeyKind = KeyKind | 'ticket' | 'gateway';

/** Bytes of the keys of the gateway: of the hashes that tell a duplicate from a replay, and of digests of what is refused. */
export const GATEWAY_KEYS = { 'content-hash': 8, 'refusal-digest': 32 } as const;
export type GatewayKey = keyof typeof GATEWAY_KEYS;

/** What the inventory of keys shows; kinds and states as of `KeyVersion`. */
export type ListedKey = Omit<KeyVersion, 'kind'> & { readonly kind: AnyKeyKind };
export type AnyRotation = Omit<Rotation, 'kind'> & { readonly kind: AnyKeyKind };

/** The listeners' session tickets. */
export interface Tickets {
  /** How many ticket keys there were since the start, and since when this one is (epoch microseconds). */
  readonly tickets: { readonly version: number; readonly since: number };
  rotateTickets(): Promise<void>;
}

export interface KeyKeeperParts {
  readonly keys: KeyRing;
  readonly custody: Custody;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly tickets: () => Tickets;
  /** Texts of policies and views, which may name tokens. */
  readonly written: () => readonly string[];
}

/** Tokens that say what they are. */
const TOKENS = /\bt[1-9]\d{0,8}-[a-z2-7]{16}\b/g;

/** All keys of the platform for those who administer them: the hierarchy's, and the listeners' ticket key. */
export class KeyKeeper {
  readonly #parts: KeyKeeperParts;

  constructor(parts: KeyKeeperParts) {
    this.#parts = parts;
  }

  async list(): Promise<{ readonly custody: Custody['kind']; readonly keys: readonly ListedKey[] }> {
    const { keys, custody, tickets } = this.#parts;
    const { version, since } = tickets().tickets;
    const ticket: ListedKey = {
      kind: 'ticket',
      name: '',
      version,
      state: 'active',
      created: formatMicros(since as ReturnType<Clock['now']>),
      uses: null,
      limit: null,
      holds: null,
    };
    const gateway: ListedKey[] = [];
    for (const name of Object.keys(GATEWAY_KEYS)) {
      const version = (await versionsOf(custody, name)).at(-1);
      if (version !== undefined) gateway.push({ ...ticket, kind: 'gateway', name, version, created: null });
    }
    return { custody: custody.kind, keys: [...(await keys.lifecycle.list()), ...gateway, ticket] };
  }

  /**
   * @param force also where policies or views name tokens, which are those of nobody afterwards
   * @throws {KeysError} KEYS_VERSION_NEEDED
   */
  async rotate(actor: string, kind: AnyKeyKind, name: string, force = false): Promise<AnyRotation> {
    const { keys, audit, tickets } = this.#parts;
    if (kind === 'token' && !force) this.#requireUnnamed(name);
    if (kind === 'gateway') return this.#rotateGateway(actor, name);
    if (kind !== 'ticket') return keys.lifecycle.rotate(actor, kind, name);
    await audit.append({ actor, action: 'rotate-keys', resource: 'keys:ticket', outcome: 'done' });
    await tickets().rotateTickets();
    return { kind, name: '', version: tickets().tickets.version, rewrapped: 0, milliseconds: 0 };
  }

  retire(actor: string, kind: KeyKind, name: string): Promise<void> {
    return this.#parts.keys.lifecycle.retire(actor, kind, name);
  }

  /** In force once the gateway starts anew, which has the one before in memory until then. */
  async #rotateGateway(actor: string, name: string): Promise<AnyRotation> {
    const { audit, custody, random } = this.#parts;
    const length = Object.hasOwn(GATEWAY_KEYS, name) ? GATEWAY_KEYS[name as GatewayKey] : null;
    if (length === null) {
      throw new KeysError('KEYS_UNKNOWN', `Cannot rotate key gateway ${name.slice(0, 80)}: there is none`, {
        hint: `There are ${Object.keys(GATEWAY_KEYS).join(' and ')}`,
      });
    }
    await audit.append({ actor, action: 'rotate-keys', resource: 'keys:gateway', outcome: 'done', detail: { name } });
    const version = await rotateKept(custody, name, length, random);
    return { kind: 'gateway', name, version, rewrapped: 0, milliseconds: 0 };
  }

  /** A policy that forbids a token would forbid nobody once it is shown as another. */
  #requireUnnamed(domain: string): void {
    const named = [...new Set(this.#parts.written().flatMap((text) => text.match(TOKENS) ?? []))];
    if (named.length === 0) return;
    const message = `Cannot rotate key token ${domain}: policies or views of the template name tokens, such as ${named.slice(0, 3).join(', ')}`;
    throw new KeysError('KEYS_VERSION_NEEDED', message, {
      hint: 'Have them join with a table of reference instead; or rotate with --force, and write them anew at once with what `npm run -s weir -- tokenise` says',
    });
  }

  destroy(actor: string, kind: KeyKind, name: string, version: number, force: boolean): Promise<Destruction> {
    return this.#parts.keys.lifecycle.destroy(actor, kind, name, version, force);
  }
}
