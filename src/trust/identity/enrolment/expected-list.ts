import { DEVICE_NAME_PATTERN } from '#base/core/index.ts';
import type { MacKey } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { CatalogueTransaction } from '#base/storage/index.ts';
import { IdentityError } from '../errors.ts';
import type { IdentityContext } from '../identity-context.ts';
import { EXPECTED } from '../identity-tables.ts';
import type { ExpectedPrivate } from '../identity-tables.ts';
import { alreadyUsed } from './enrolee.ts';
import type { Enrolee, EnroleeOutcome } from './enrolee.ts';

/** A device that is to come, as a list names it. */
export interface ExpectedDevice {
  /** As the template names it. */
  readonly manufacturer: string;
  /** The serialNumber in the subject of the device's own certificate. @see IEEE 802.1AR section 8.6 */
  readonly serial: string;
  readonly name: string;
  readonly type: string;
  readonly owner?: string;
  readonly model?: string;
  readonly firmware?: string;
}

/** What became of a list. */
export interface ListResult {
  readonly added: number;
  /** Rows that stood there word for word. */
  readonly known: number;
}

const LONGEST_SERIAL = 64;
const LONGEST_TEXT = 200;
/** Rows of one list. */
export const MOST_EXPECTED = 100_000;

type Row = NonNullable<
  Awaited<ReturnType<SealedTable<typeof EXPECTED.key, typeof EXPECTED.clear, ExpectedPrivate>['get']>>
>;

/** Devices that may enrol with their manufacturer's certificate, each once. */
export class ExpectedList {
  readonly #context: IdentityContext;
  readonly #digests: MacKey;
  readonly #table: SealedTable<typeof EXPECTED.key, typeof EXPECTED.clear, ExpectedPrivate>;

  private constructor(context: IdentityContext, digests: MacKey) {
    this.#context = context;
    this.#digests = digests;
    this.#table = new SealedTable(EXPECTED, context.machines);
  }

  static async open(context: IdentityContext): Promise<ExpectedList> {
    const { key } = await context.keys.digestKey('device-serial');
    return new ExpectedList(context, key);
  }

  /**
   * Adds the devices of a list: all of them or none.
   *
   * @throws {IdentityError} IDENTITY_EXPECTED_INVALID for the first row that does not fit, by its number from 1
   */
  async add(devices: readonly ExpectedDevice[], actor: string): Promise<ListResult> {
    const { audit, catalogue } = this.#context;
    if (devices.length === 0 || devices.length > MOST_EXPECTED) throw misfit(0, `it has ${devices.length} rows`);
    for (const [at, device] of devices.entries()) this.#requireFit(at + 1, device);
    await audit.append({
      actor,
      action: 'expect-devices',
      resource: 'device:*',
      outcome: 'done',
      detail: { devices: devices.length },
    });
    let added = 0;
    await catalogue.transaction(async (tx) => {
      for (const [at, device] of devices.entries()) if (await this.#add(tx, at + 1, device)) added += 1;
    });
    return { added, known: devices.length - added };
  }

  /** Whose the certificate of a manufacturer's device is. */
  async identify(manufacturer: string, serial: string): Promise<EnroleeOutcome> {
    const { catalogue, clock, declared } = this.#context;
    const digest = this.#digestOf(manufacturer, serial);
    const row = await this.#table.get(catalogue, { digest });
    if (row === null || !declared.manufacturers(row.type).includes(manufacturer)) return { outcome: 'unknown' };
    if (row.used !== null) return { outcome: 'used' };
    const use = async (tx: CatalogueTransaction): Promise<void> => {
      const now = await this.#table.get(tx, { digest });
      if (now?.used !== null) throw alreadyUsed();
      const { sealed, ...columns } = now;
      await this.#table.put(tx, { ...columns, used: clock.now() }, sealed);
    };
    return { outcome: 'ok', enrolee: { request: requestOf(row), by: 'manufacturer', use, key: digest } };
  }

  #requireFit(row: number, device: ExpectedDevice): void {
    const { manufacturer, serial, name, type } = device;
    const { declared } = this.#context;
    if (!DEVICE_NAME_PATTERN.test(name)) throw misfit(row, `${JSON.stringify(name.slice(0, 80))} is no device name`);
    if (type.startsWith('_') || !declared.hasDeviceType(type))
      throw misfit(row, `the template has no type ${type.slice(0, 80)}`);
    if (!declared.manufacturers(type).includes(manufacturer)) {
      throw misfit(row, `type ${type} does not list the manufacturer ${manufacturer.slice(0, 80)}`);
    }
    if (serial === '' || serial.length > LONGEST_SERIAL) throw misfit(row, 'its serial number is empty or too long');
    const texts = [device.owner, device.model, device.firmware];
    if (texts.some((text) => text !== undefined && text.length > LONGEST_TEXT))
      throw misfit(row, 'a description is too long');
  }

  async #add(tx: CatalogueTransaction, row: number, device: ExpectedDevice): Promise<boolean> {
    const { manufacturer, serial, name, type, owner = null, model = null, firmware = null } = device;
    const digest = this.#digestOf(manufacturer, serial);
    const known = await this.#table.get(tx, { digest });
    if (known !== null) {
      if (known.device !== name || known.type !== type)
        throw misfit(row, `serial ${serial} is listed as ${known.device} already`);
      return false;
    }
    const [taken] = await this.#table.list(tx, { where: { device: name }, limit: 1 });
    if (taken !== undefined) throw misfit(row, `${name} is listed with another serial already`);
    const columns = { digest, device: name, type, created: this.#context.clock.now(), used: null };
    await this.#table.insert(tx, columns, { manufacturer, serial, owner, model, firmware });
    return true;
  }

  #digestOf(manufacturer: string, serial: string): string {
    return this.#digests.macHex(JSON.stringify([manufacturer, serial]));
  }
}

function requestOf({ device: name, type, sealed }: Row): Enrolee['request'] {
  const { owner, model, firmware, serial } = sealed;
  return {
    name,
    type,
    hardwareSerials: [serial],
    ...(owner === null ? {} : { owner }),
    ...(model === null ? {} : { model }),
    ...(firmware === null ? {} : { firmware }),
  };
}

function misfit(row: number, why: string): IdentityError {
  const place = row === 0 ? 'the list' : `row ${row} of the list`;
  return new IdentityError('IDENTITY_EXPECTED_INVALID', `Cannot take ${place}: ${why}`, {
    hint: 'Correct the list and send it again: none of it was taken',
  });
}
