import { formatMicros, micros } from '#base/core/index.ts';
import type { DomainKeys, DomainVersion } from './domain-keys.ts';
import { useOf } from './domain-keys.ts';
import { KeysError } from './errors.ts';
import type { KeyContext } from './key-context.ts';
import { requireRotatable, SHOWN } from './purpose-keys.ts';
import type { PurposeKeys, PurposeVersion } from './purpose-keys.ts';
import { Rewrap } from './rewrap.ts';
import type { RotatingRowSealer } from './row-keys.ts';

/**
 * Keys that have versions. `domain` is named `<stream>:<domain>`, `digest` by its purpose, `rows` by its domain, `token` by
 * the domain of the tokens that are shown under it.
 */
export const KEY_KINDS = ['root', 'epoch', 'rows', 'domain', 'digest', 'token'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** One version of a key as the inventory shows it. */
export interface KeyVersion {
  readonly kind: KeyKind;
  /** Empty for root and epoch, of which there is one each. */
  readonly name: string;
  readonly version: number;
  /** `active` seals and opens, `retired` opens, `destroyed` does neither. */
  readonly state: 'active' | 'retired' | 'destroyed';
  /** RFC 3339; null where it is not kept. */
  readonly created: string | null;
  /** How often it has sealed, counted ahead; null for keys that make digests and for the root key. */
  readonly uses: number | null;
  /** How often it may seal at most. */
  readonly limit: number | null;
  /** How many keys or secrets need it; null where that cannot be told. */
  readonly holds: number | null;
}

export interface Rotation {
  readonly kind: KeyKind;
  readonly name: string;
  /** The version that seals now. */
  readonly version: number;
  /** Wraps that were sealed again. */
  readonly rewrapped: number;
  readonly milliseconds: number;
}

export interface Destruction {
  readonly kind: KeyKind;
  readonly name: string;
  readonly version: number;
  /** Keys that nothing opens any more. */
  readonly lost: number;
}

/** What custody sealed for a room that stands later: it has to follow when the root key is rotated or moved. */
export interface SealedHolding {
  readonly name: string;
  /** How many of its things a generation of the root key sealed. */
  count(generation: number): Promise<number>;
  /** Seals under the newest generation what an older one sealed; how many there were. */
  reseal(): Promise<number>;
}

/** Things of a room that stands later and that are found by digests: they follow when the key of the digests is rotated. */
export interface DigestHolding {
  /** Purpose of the key. */
  readonly purpose: string;
  /** How many of its digests a version made. */
  count(version: number): Promise<number>;
  /** Makes anew with the newest version what an older one made; how many there were. */
  again(): Promise<number>;
}

/** What is shown under the keys of domains of tokens, in a room that stands later. */
export interface ShownHolding {
  /** How many things that are kept hold tokens as a version of a domain shows them. */
  count(domain: string, version: number): Promise<number>;
  /** Another version is in force, or one is gone: whatever is shown from now on is shown so. */
  changed(): Promise<void>;
}

export interface KeyLifecycleParts {
  readonly context: KeyContext;
  readonly domains: DomainKeys;
  readonly purposes: PurposeKeys;
  /** Sealers that are in use, by domain. */
  readonly sealers: () => Promise<readonly RotatingRowSealer[]>;
}

/**
 * Rotates, retires and destroys keys while data flows. Each step is logged before its effect, and leaves all data
 * readable if it is the last one that is taken: a newer version is durable before it seals, and an older one opens
 * until it is destroyed. What a crash cut off, `settle` finishes at the next start.
 *
 * @see NIST SP 800-57 part 1, sections 5.3 (cryptoperiods) and 7 (key states)
 */
export class KeyLifecycle {
  readonly #parts: KeyLifecycleParts;
  readonly #rewrap: Rewrap;
  readonly #holdings: SealedHolding[] = [];
  readonly #digests = new Map<string, DigestHolding>();
  #shown: ShownHolding | null = null;
  /** One change at a time: the next begins when this has ended. */
  #last: Promise<unknown> = Promise.resolve();
  #destructions = 0;

  constructor(parts: KeyLifecycleParts) {
    this.#parts = parts;
    this.#rewrap = new Rewrap(parts.context, parts.domains);
  }

  /** How many times a key was destroyed since the start, or was about to be. */
  get destructions(): number {
    return this.#destructions;
  }

  /** Tells of things that custody sealed for another room. */
  hold(holding: SealedHolding): void {
    this.#holdings.push(holding);
  }

  /** Tells of things that are found by digests. */
  holdDigests(holding: DigestHolding): void {
    this.#digests.set(holding.purpose, holding);
  }

  /** Tells of who shows tokens. */
  holdShown(holding: ShownHolding): void {
    this.#shown = holding;
  }

  /** Every version of every key. */
  async list(): Promise<readonly KeyVersion[]> {
    const { context, domains, purposes, sealers } = this.#parts;
    const { custody, epochs, meter } = context;
    const { most } = meter.limit;
    const rows: KeyVersion[] = [];
    for (const version of custody.generations) {
      const state = version === custody.generations.at(-1) ? 'active' : 'retired';
      const holds = await this.#countRoot(version);
      rows.push({ kind: 'root', name: '', version, state, created: null, uses: null, limit: null, holds });
    }
    for (const version of epochs.versions) {
      const state = version === epochs.current ? 'active' : 'retired';
      const [uses, holds] = [meter.uses(`epoch:${version}`), await this.#rewrap.countEpoch(version)];
      rows.push({ kind: 'epoch', name: '', version, state, created: null, uses, limit: most, holds });
    }
    const all = await sealers();
    for (const sealer of all) {
      const others = new Set(all.filter((other) => other !== sealer).flatMap(({ tables }) => tables));
      for (const version of sealer.versions) {
        const state = version === sealer.current ? 'active' : 'retired';
        const uses = meter.uses(`rows:${sealer.domain}:${version}`);
        const key = { kind: 'rows', name: sealer.domain, version, state } as const;
        const holds = await sealer.count(context.catalogue, version, others);
        rows.push({ ...key, created: null, uses, limit: most, holds });
      }
    }
    for (const { stream, domain, version, state, created } of await domains.list()) {
      const holds = await this.#rewrap.countDomain(stream, domain, version);
      const key = { kind: 'domain', name: `${stream}:${domain}`, version, state: stateOf(state) } as const;
      const uses = meter.uses(useOf(stream, domain, version));
      rows.push({ ...key, created: formatMicros(micros(created)), uses, limit: most, holds });
    }
    for (const { purpose, version, state, created } of await purposes.list()) {
      const isShown = purpose.startsWith(SHOWN);
      const name = isShown ? purpose.slice(SHOWN.length) : purpose;
      const key = { kind: isShown ? 'token' : 'digest', name, version, state: stateOf(state) } as const;
      const count = isShown ? this.#shown?.count(name, version) : this.#digests.get(purpose)?.count(version);
      const holds = state === 'destroyed' ? null : ((await count) ?? null);
      rows.push({ ...key, created: formatMicros(micros(created)), uses: null, limit: null, holds });
    }
    return rows;
  }

  /**
   * Makes a new version, which seals from now on, and seals again under it what the older ones sealed. They stay, and
   * open, until they are destroyed.
   *
   * @throws {KeysError} KEYS_UNKNOWN, KEYS_VERSIONS_SPENT, KEYS_VERSION_NEEDED
   */
  rotate(actor: string, kind: KeyKind, name: string): Promise<Rotation> {
    return this.#alone(() => this.#rotate(actor, kind, name));
  }

  /**
   * Has the active version seal no more, without sealing anything again: quick, for an emergency.
   *
   * @throws {KeysError} KEYS_UNKNOWN
   */
  retire(actor: string, kind: KeyKind, name: string): Promise<void> {
    return this.#alone(async () => {
      if (kind === 'domain') return this.#parts.domains.retire(actor, await this.#domain(name, 'active'));
      if (kind === 'digest') {
        this.#requireFollowed(name);
        return this.#parts.purposes.retire(actor, await this.#purpose(name, 'active'));
      }
      // Tokens have to be shown somehow: the next version is made at once.
      await this.#begin(actor, kind, name);
    });
  }

  /**
   * Destroys a version for good. A domain or digest key is shredded: what is left is sealed under a new epoch and the
   * old epochs are destroyed, so that no copy of the catalogue gives the key back either.
   *
   * @param force also where something needs it, which is then lost
   * @throws {KeysError} KEYS_UNKNOWN, KEYS_VERSION_ACTIVE, KEYS_VERSION_NEEDED
   */
  destroy(actor: string, kind: KeyKind, name: string, version: number, force = false): Promise<Destruction> {
    return this.#alone(async () => {
      const key = (await this.list()).find(
        (row) => row.kind === kind && row.name === name && row.version === version && row.state !== 'destroyed',
      );
      if (key === undefined) throw unknownVersion(kind, name, version);
      requireDispensable(key, force);
      try {
        await this.#destroy(actor, key);
      } finally {
        this.#destructions += 1;
      }
      return { kind, name, version, lost: key.holds ?? 0 };
    });
  }

  /**
   * Seals under a new epoch what is left, and destroys the older ones: of what was deleted before, no copy of the
   * catalogue gives the keys back.
   *
   * @returns the versions of the epoch key that were destroyed
   */
  shred(actor: string): Promise<readonly number[]> {
    return this.#alone(async () => {
      try {
        return await this.#shred(actor);
      } finally {
        this.#destructions += 1;
      }
    });
  }

  /**
   * Finishes what was cut off: seals again what older versions still hold, and shreds what was destroyed. How many wraps
   * were sealed again for the first.
   */
  settle(actor = 'weir:control'): Promise<number> {
    return this.#alone(async () => {
      let count = 0;
      for (const { kind, name, version, state, holds } of await this.list()) {
        // What was shown under an older version stays as it is.
        if (state !== 'retired' || holds === null || holds === 0 || kind === 'token') continue;
        await this.#parts.context.log.rewrapping(actor, resourceOf(kind, name), [`${kind}-${version}`]);
        count += await this.#again(kind, name);
      }
      const open = await this.#rewrap.epochsOfDestroyed();
      if (open.includes(this.#parts.context.epochs.current)) await this.#shred(actor);
      else if (open.length > 0) await this.#destroyOlderEpochs(actor);
      return count;
    });
  }

  /** Seals under the newest root key all that another one sealed, as after a move. How many things there were. */
  followRoot(actor: string): Promise<number> {
    return this.#alone(async () => {
      const { custody, log } = this.#parts.context;
      await log.rewrapping(actor, 'keys:root', [`root-${custody.generations.at(-1)}`]);
      const count = await this.#resealRoot();
      const left = await this.#countRoot(0);
      if (left === 0) return count;
      throw new KeysError(
        'KEYS_VERSION_NEEDED',
        `Cannot end the move of the root key: ${left} things need the old one`,
      );
    });
  }

  /** Rotates keys that come near the bound on their use. */
  async rotateDue(actor = 'weir:control'): Promise<readonly Rotation[]> {
    const rotations: Rotation[] = [];
    for (const { kind, name, version, state } of await this.list()) {
      const due = this.#parts.context.meter.due();
      if (state === 'active' && due.includes(meterNameOf(kind, name, version))) {
        rotations.push(await this.rotate(actor, kind, name));
      }
    }
    return rotations;
  }

  async #rotate(actor: string, kind: KeyKind, name: string): Promise<Rotation> {
    const version = await this.#begin(actor, kind, name);
    const start = performance.now();
    if (kind === 'token') return { kind, name, version, rewrapped: 0, milliseconds: 0 };
    await this.#parts.context.log.rewrapping(actor, resourceOf(kind, name), [`${kind}-${version}`]);
    const rewrapped = await this.#again(kind, name);
    return { kind, name, version, rewrapped, milliseconds: performance.now() - start };
  }

  /** The next version, durable and sealing. */
  async #begin(actor: string, kind: KeyKind, name: string): Promise<number> {
    const { context, domains, purposes } = this.#parts;
    switch (kind) {
      case 'root': {
        const { custody, log } = context;
        const newest = custody.generations.at(-1) ?? 0;
        await log.created(actor, 'keys:root', [`root-${newest + 1}`]);
        await log.retired(actor, 'keys:root', [`root-${newest}`]);
        return custody.rotate();
      }
      case 'epoch':
        return context.epochs.begin(actor);
      case 'rows':
        return (await this.#sealer(name)).rotate(actor);
      case 'domain': {
        const { stream, domain } = splitDomain(name);
        return domains.rotate(actor, stream, domain);
      }
      case 'digest':
        this.#requireFollowed(name);
        return purposes.rotate(actor, name);
      case 'token': {
        await this.#purpose(`token:${name}`, 'active');
        const version = await purposes.rotate(actor, `${SHOWN}${name}`);
        await this.#shown?.changed();
        return version;
      }
    }
  }

  #requireFollowed(purpose: string): void {
    if (!this.#digests.has(purpose)) requireRotatable(purpose);
  }

  /** Seals again what older versions of a key sealed. Digests by which nothing is found stay as they are. */
  async #again(kind: KeyKind, name: string): Promise<number> {
    if (kind === 'root') return this.#resealRoot();
    if (kind === 'epoch') return this.#rewrap.toCurrentEpoch();
    if (kind === 'rows') return (await this.#sealer(name)).reseal(this.#parts.context.catalogue);
    if (kind === 'digest') return (await this.#digests.get(name)?.again()) ?? 0;
    if (kind === 'token') return 0;
    const { stream, domain } = splitDomain(name);
    let count = 0;
    for (const row of await this.#parts.domains.list()) {
      if (row.stream !== stream || row.domain !== domain || row.state !== 'retired') continue;
      count += await this.#rewrap.toActiveDomain(stream, domain, row.version);
    }
    return count;
  }

  async #resealRoot(): Promise<number> {
    const { custody } = this.#parts.context;
    let count = await custody.resealKept();
    count += await this.#rewrap.toNewestRoot();
    for (const holding of this.#holdings) count += await holding.reseal();
    return count;
  }

  async #countRoot(generation: number): Promise<number> {
    let count = await this.#parts.context.custody.countKept(generation);
    count += await this.#rewrap.countRoot(generation);
    for (const holding of this.#holdings) count += await holding.count(generation);
    return count;
  }

  async #destroy(actor: string, { kind, name, version }: KeyVersion): Promise<void> {
    const { context, domains, purposes } = this.#parts;
    if (kind === 'root') {
      await context.log.destroyed(actor, 'keys:root', [`root-${version}`]);
      await context.custody.destroyGeneration(version);
    } else if (kind === 'epoch') await context.epochs.destroy(actor, version);
    else if (kind === 'rows') await (await this.#sealer(name)).destroy(actor, version);
    else {
      if (kind === 'domain') await domains.destroy(actor, await this.#domain(name, version));
      else await purposes.destroy(actor, await this.#purpose(kind === 'token' ? `${SHOWN}${name}` : name, version));
      if (kind === 'token') await this.#shown?.changed();
      await this.#shred(actor);
    }
  }

  /** Nothing in an older copy of the catalogue opens afterwards. */
  async #shred(actor: string): Promise<readonly number[]> {
    await this.#rotate(actor, 'epoch', '');
    return this.#destroyOlderEpochs(actor);
  }

  /** Those that nothing needs. */
  async #destroyOlderEpochs(actor: string): Promise<readonly number[]> {
    const { epochs } = this.#parts.context;
    const destroyed: number[] = [];
    for (const epoch of epochs.versions.filter((version) => version !== epochs.current)) {
      if ((await this.#rewrap.countEpoch(epoch)) > 0) continue;
      await epochs.destroy(actor, epoch);
      destroyed.push(epoch);
    }
    return destroyed;
  }

  async #sealer(name: string): Promise<RotatingRowSealer> {
    const sealer = (await this.#parts.sealers()).find(({ domain }) => domain === name);
    if (sealer === undefined) throw unknownVersion('rows', name, null);
    return sealer;
  }

  async #domain(name: string, which: number | 'active'): Promise<DomainVersion> {
    const { stream, domain } = splitDomain(name);
    const found = (await this.#parts.domains.list()).find(
      (row) =>
        row.stream === stream &&
        row.domain === domain &&
        (which === 'active' ? row.state === 'active' : row.version === which),
    );
    if (found === undefined) throw unknownVersion('domain', name, which === 'active' ? null : which);
    return found;
  }

  async #purpose(name: string, which: number | 'active'): Promise<PurposeVersion> {
    const found = (await this.#parts.purposes.list()).find(
      (row) => row.purpose === name && (which === 'active' ? row.state === 'active' : row.version === which),
    );
    if (found === undefined) throw unknownVersion('digest', name, which === 'active' ? null : which);
    return found;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** Kinds of which there is always an active version, once there was one. */
const ALWAYS_ACTIVE: readonly KeyKind[] = ['root', 'epoch', 'rows', 'token'];

/** A version that something needs goes by force only, and one that seals root, wraps or rows not at all. */
function requireDispensable({ kind, name, version, state, holds }: KeyVersion, force: boolean): void {
  const which = `version ${version} of key ${[kind, name].filter((part) => part !== '').join(' ')}`;
  if (state === 'active' && ALWAYS_ACTIVE.includes(kind)) {
    const does = kind === 'token' ? 'tokens are shown under it' : 'it seals';
    throw new KeysError('KEYS_VERSION_ACTIVE', `Cannot destroy ${which}: ${does}`, { hint: 'Rotate it first' });
  }
  if (force || (state !== 'active' && holds === 0)) return;
  const need = holds === null ? 'it cannot be told what needs it' : `${holds} keys or secrets need it`;
  throw new KeysError('KEYS_VERSION_NEEDED', `Cannot destroy ${which}: ${need}`, {
    hint:
      state === 'active'
        ? 'Rotate it first; or add --force to shred what it seals, which nothing gives back'
        : 'Wait until what it sealed is sealed again; or add --force to shred that, which nothing gives back',
  });
}

function splitDomain(name: string): { readonly stream: string; readonly domain: string } {
  const at = name.lastIndexOf(':');
  return { stream: name.slice(0, Math.max(0, at)), domain: name.slice(at + 1) };
}

function resourceOf(kind: KeyKind, name: string): string {
  if (kind === 'domain') return `keys:stream:${splitDomain(name).stream}`;
  return `keys:${kind}`;
}

/** What uses of a version are counted under. */
function meterNameOf(kind: KeyKind, name: string, version: number): string {
  if (kind !== 'domain') return [kind, name, version].filter((part) => part !== '').join(':');
  const { stream, domain } = splitDomain(name);
  return useOf(stream, domain, version);
}

function stateOf(state: string): KeyVersion['state'] {
  return state === 'active' || state === 'retired' ? state : 'destroyed';
}

function unknownVersion(kind: KeyKind, name: string, version: number | null): KeysError {
  const which = version === null ? 'no active version' : `no version ${version}`;
  return new KeysError(
    'KEYS_UNKNOWN',
    `Cannot find key ${[kind, name]
      .filter((part) => part !== '')
      .join(' ')
      .slice(0, 120)}: there is ${which}`,
    {
      hint: 'See npm run -s weir -- keys list',
    },
  );
}
