import { formatMicros } from '#base/core/index.ts';
import type { AuditSink, Clock } from '#base/core/index.ts';
import type { Custody, Destruction, KeyKind, KeyRing, KeyVersion, Rotation } from '#trust/keys/index.ts';

/** Ticket keys are no keys of the hierarchy: they live in memory for a day and seal the sessions of listeners. */
export type AnyKeyKind = KeyKind | 'ticket';

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
  readonly tickets: () => Tickets;
}

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
    return { custody: custody.kind, keys: [...(await keys.lifecycle.list()), ticket] };
  }

  async rotate(actor: string, kind: AnyKeyKind, name: string): Promise<AnyRotation> {
    const { keys, audit, tickets } = this.#parts;
    if (kind !== 'ticket') return keys.lifecycle.rotate(actor, kind, name);
    await audit.append({ actor, action: 'rotate-keys', resource: 'keys:ticket', outcome: 'done' });
    await tickets().rotateTickets();
    return { kind, name: '', version: tickets().tickets.version, rewrapped: 0, milliseconds: 0 };
  }

  retire(actor: string, kind: KeyKind, name: string): Promise<void> {
    return this.#parts.keys.lifecycle.retire(actor, kind, name);
  }

  destroy(actor: string, kind: KeyKind, name: string, version: number, force: boolean): Promise<Destruction> {
    return this.#parts.keys.lifecycle.destroy(actor, kind, name, version, force);
  }
}
