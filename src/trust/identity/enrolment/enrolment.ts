import { equalBytes, formatMicros, makeId, micros, minutes } from '#base/core/index.ts';
import type { Micros, Millis } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { CatalogueTransaction } from '#base/storage/index.ts';
import { requireEnrolable } from '../enrol-request.ts';
import type { EnrolRequest } from '../enrol-request.ts';
import { IdentityError } from '../errors.ts';
import type { IdentityContext } from '../identity-context.ts';
import { CERTIFICATES, ENROL_TOKENS } from '../identity-tables.ts';
import type { DeviceCertificate, Inventory } from '../inventory.ts';
import { checkRequest } from './certificate-request.ts';
import { alreadyUsed } from './enrolee.ts';
import type { Enrolee, EnroleeOutcome } from './enrolee.ts';
import { enrolTokenDigest, makeEnrolToken } from './enrol-token.ts';
import type { ExpectedList } from './expected-list.ts';

/** A token is shown this once. */
export interface NewEnrolToken {
  readonly token: string;
  readonly device: string;
  readonly type: string;
  readonly expires: Micros;
}

const SHORTEST_TOKEN = minutes(1);
/** A week: long enough for a parcel, short enough to be forgotten. */
const LONGEST_TOKEN = minutes(7 * 24 * 60);
/** Certificates of one device that count at the same time. */
const MOST_CERTIFICATES = 8;

/** First certificates by token or manufacturer's certificate, and renewals by the certificate that runs out. */
export class Enrolment {
  readonly expected: ExpectedList;
  readonly #context: IdentityContext;
  readonly #inventory: Inventory;
  readonly #tokens: SealedTable<typeof ENROL_TOKENS.key, typeof ENROL_TOKENS.clear>;
  readonly #certificates: SealedTable<typeof CERTIFICATES.key, typeof CERTIFICATES.clear>;
  readonly #underWay = new Set<string>();

  constructor(context: IdentityContext, inventory: Inventory, expected: ExpectedList) {
    this.#context = context;
    this.#inventory = inventory;
    this.expected = expected;
    this.#tokens = new SealedTable(ENROL_TOKENS, context.machines);
    this.#certificates = new SealedTable(CERTIFICATES, context.machines);
  }

  /**
   * A token with which one device enrols once. For a device of the inventory it gives a further certificate, as after a
   * reset to factory state.
   *
   * @param life from a minute to a week
   * @throws {IdentityError} IDENTITY_DEVICE_INVALID, IDENTITY_TYPE_INVALID, IDENTITY_DEVICES_LIMIT,
   *   IDENTITY_LIFETIME_INVALID
   */
  async issueToken(device: string, type: string, life: Millis, actor: string): Promise<NewEnrolToken> {
    const { audit, catalogue, clock, random } = this.#context;
    this.#requireNameAndType(device, type);
    if (!(life >= SHORTEST_TOKEN && life <= LONGEST_TOKEN)) {
      throw new IdentityError('IDENTITY_LIFETIME_INVALID', 'Cannot make token: its life is not a minute to a week');
    }
    const now = clock.now();
    const token = makeEnrolToken(random);
    const expires = micros(now + life * 1_000);
    const id = makeId(clock, random);
    await audit.append({
      actor,
      action: 'make-enrol-token',
      resource: `device:${device}`,
      outcome: 'done',
      detail: { type, token: id, expires: formatMicros(expires) },
    });
    await catalogue.transaction(async (tx) => {
      for (const old of await this.#tokens.list(tx, { where: { expires: { below: now } } })) {
        await this.#tokens.delete(tx, { digest: old.digest });
      }
      const row = { digest: digestOf(token), id, device, type, created: now, expires, used: null };
      await this.#tokens.insert(tx, row, null);
    });
    return { token, device, type, expires };
  }

  /** Whose a token is. @param token untrusted */
  async identifyToken(token: string): Promise<EnroleeOutcome> {
    const digest = enrolTokenDigest(token);
    if (digest === null) return { outcome: 'malformed' };
    const { catalogue, clock } = this.#context;
    const row = await this.#tokens.get(catalogue, { digest });
    if (row === null || !equalBytes(row.digest, digest)) return { outcome: 'unknown' };
    if (row.used !== null) return { outcome: 'used' };
    if (row.expires <= clock.now()) return { outcome: 'expired' };
    const use = async (tx: CatalogueTransaction): Promise<void> => {
      const now = await this.#tokens.get(tx, { digest });
      if (now?.used !== null || now.expires <= clock.now()) throw alreadyUsed();
      const { sealed: _sealed, ...columns } = now;
      await this.#tokens.put(tx, { ...columns, used: clock.now() }, null);
    };
    const request = { name: row.device, type: row.type };
    return { outcome: 'ok', enrolee: { request, by: 'token', use, key: row.id } };
  }

  /** Whose a manufacturer's certificate is that was checked already. */
  identifyManufactured(manufacturer: string, serial: string): Promise<EnroleeOutcome> {
    return this.expected.identify(manufacturer, serial);
  }

  /**
   * Gives a first certificate for the key of a request. What let the device in is used up with it, or not at all.
   *
   * @param request PKCS #10 in DER; untrusted
   * @throws {IdentityError} IDENTITY_REQUEST_INVALID, IDENTITY_KEY_INVALID, IDENTITY_ENROLMENT_UNAUTHENTICATED,
   *   IDENTITY_DEVICE_INVALID, IDENTITY_TYPE_INVALID, IDENTITY_DEVICE_EXISTS, IDENTITY_DEVICES_LIMIT
   */
  async complete(enrolee: Enrolee, request: Uint8Array): Promise<DeviceCertificate> {
    const { publicKey } = checkRequest(request);
    const { name, type } = enrolee.request;
    const known = this.#inventory.find(name);
    if (known !== null) this.#requireNameAndType(name, type);
    // Before anything is signed or logged: the transaction decides in the end all the same.
    if (this.#underWay.has(enrolee.key)) throw alreadyUsed();
    this.#underWay.add(enrolee.key);
    try {
      const actor = `device:${name}`;
      // A serial on the list is for a new device; a token that was made for a known one says so on purpose.
      if (known !== null && enrolee.by === 'token') {
        return await this.#inventory.renewKey(name, publicKey, actor, enrolee);
      }
      return await this.#inventory.enrolKey(enrolee.request, publicKey, actor, enrolee);
    } finally {
      this.#underWay.delete(enrolee.key);
    }
  }

  /**
   * Takes a device into the inventory with the key of a request, on the word of whoever enrols it.
   *
   * @param request PKCS #10 in DER; untrusted
   * @throws {IdentityError} as `complete`
   */
  async enrol(device: EnrolRequest, request: Uint8Array, actor: string): Promise<DeviceCertificate> {
    return this.#inventory.enrolKey(device, checkRequest(request).publicKey, actor);
  }

  /**
   * Gives a device a certificate for a further key, within the renewal window of the one that it shows. Its name stays.
   *
   * @param serial of the certificate that it shows, checked already
   * @param request PKCS #10 in DER; untrusted
   * @throws {IdentityError} IDENTITY_REQUEST_INVALID, IDENTITY_KEY_INVALID, IDENTITY_RENEWAL_REFUSED,
   *   IDENTITY_CERTIFICATES_LIMIT, IDENTITY_DEVICE_UNKNOWN
   */
  async renew(name: string, serial: string, request: Uint8Array): Promise<DeviceCertificate> {
    const { catalogue, clock, declared } = this.#context;
    const { publicKey } = checkRequest(request);
    const shown = await this.#certificates.get(catalogue, { serial });
    const device = this.#inventory.find(name);
    if (device === null || shown?.holder !== name || shown.holder_kind !== 'device' || shown.state !== 'valid') {
      throw new IdentityError(
        'IDENTITY_RENEWAL_REFUSED',
        `Cannot renew certificate of ${name}: the one shown is not its own`,
      );
    }
    const opens = micros(shown.expires - declared.certificate(device.type).renewBefore * 1_000);
    if (clock.now() < opens) {
      const message = `Cannot renew certificate of ${name}: its renewal window opens at ${formatMicros(opens)}`;
      throw new IdentityError('IDENTITY_RENEWAL_REFUSED', message, {
        hint: 'Ask again then, or widen certificate.renew-before of its type in the template',
      });
    }
    if (device.serials.length >= MOST_CERTIFICATES) {
      throw new IdentityError(
        'IDENTITY_CERTIFICATES_LIMIT',
        `Cannot renew certificate of ${name}: ${device.serials.length} of its certificates count already`,
        { hint: 'Wait until one runs out, or revoke those that are not in use' },
      );
    }
    return this.#inventory.renewKey(name, publicKey, `device:${name}`);
  }

  /** A name that can be enrolled as a type; of a device that is known, its own type. */
  #requireNameAndType(name: string, type: string): void {
    const known = this.#inventory.find(name);
    if (known === null) return requireEnrolable({ name, type }, this.#context.declared, this.#inventory.live.size);
    if (name.startsWith('_') || known.type !== type || known.status === 'revoked') {
      const state = known.type === type ? `it is ${known.status} or not yours` : `it is of type ${known.type}`;
      throw new IdentityError('IDENTITY_DEVICE_INVALID', `Cannot enrol ${name} again: ${state}`, {
        hint: 'Enrol it under another name; a device keeps its type, and one that was revoked stays so',
      });
    }
  }
}

function digestOf(token: string): Uint8Array {
  return enrolTokenDigest(token) ?? new Uint8Array(0);
}
