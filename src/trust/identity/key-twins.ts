import { SealedTable } from '#base/storage/index.ts';
import type { CatalogueTransaction } from '#base/storage/index.ts';
import { IdentityError } from './errors.ts';
import type { CloneAnswer, IdentityContext } from './identity-context.ts';
import { CERTIFICATES } from './identity-tables.ts';

/** A key that turned up under another name: who has the one has the other, so one of them is a copy. */
export interface KeyTwin {
  /** The device for which the key came now. */
  readonly device: string;
  /** Who has had a certificate for it. */
  readonly holder: { readonly kind: string; readonly name: string };
  /** The stricter of what the types of both declare. */
  readonly answer: CloneAnswer;
}

/** From the mildest on. */
const ANSWERS: readonly CloneAnswer[] = ['alert', 'cut-newer', 'cut-both'];

/** Finds keys that come under a second name, in whatever way they come: every certificate for a device passes here. */
export class KeyTwins {
  readonly #context: IdentityContext;
  readonly #certificates: SealedTable<typeof CERTIFICATES.key, typeof CERTIFICATES.clear>;
  readonly #listeners = new Set<(twin: KeyTwin) => void>();

  constructor(context: IdentityContext) {
    this.#context = context;
    this.#certificates = new SealedTable(CERTIFICATES, context.machines);
  }

  /**
   * Who else has had a certificate for a key, ended and revoked ones among them; null where nobody. A device that takes
   * a further certificate for its own key is no twin.
   *
   * @param key hex SHA-256 over the SubjectPublicKeyInfo
   * @param typeOf type of a device of the inventory
   */
  async find(
    tx: CatalogueTransaction,
    key: string,
    { name, type }: { readonly name: string; readonly type: string },
    typeOf: (device: string) => string | null,
  ): Promise<KeyTwin | null> {
    const holders = await this.#certificates.list(tx, {
      where: { key_digest: key },
      order: ['created', 'serial'],
      onDamaged: (error) => this.#context.log.error({ code: error.code }, error.message),
    });
    const other = holders.find(({ holder, holder_kind }) => holder !== name || holder_kind !== 'device');
    if (other === undefined) return null;
    const { holder, holder_kind: kind } = other;
    const answers = [type, kind === 'device' ? typeOf(holder) : null].map((one) => this.#answerOf(one));
    return { device: name, holder: { kind, name: holder }, answer: ANSWERS[Math.max(...answers)] ?? 'alert' };
  }

  /**
   * Logs a twin, tells of it, and lets it pass where an alert is all that is wanted.
   *
   * @throws {IdentityError} IDENTITY_KEY_REFUSED where clones are to be cut: the newer one is the one that asks
   */
  async answer({ device, holder, answer }: KeyTwin): Promise<void> {
    await this.#context.audit.append({
      actor: 'weir:control',
      action: 'clone-alert',
      resource: `device:${device}`,
      outcome: answer === 'alert' ? 'allowed' : 'denied',
      reason: 'key',
      detail: { holder: `${holder.kind}:${holder.name}` },
    });
    for (const listener of this.#listeners) listener({ device, holder, answer });
    if (answer === 'alert') return;
    // Whose key it is says the log, and not whoever asks with it.
    throw new IdentityError(
      'IDENTITY_KEY_REFUSED',
      `Cannot give ${device} a certificate: its key was another's before`,
      {
        hint: 'Make a key pair on the device itself; the entry clone-alert of the log names the other holder',
      },
    );
  }

  /** Calls back with each twin; the result ends it. */
  onTwin(listener: (twin: KeyTwin) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #answerOf(type: string | null): number {
    return type === null ? 0 : ANSWERS.indexOf(this.#context.declared.clones?.(type) ?? 'alert');
  }
}
