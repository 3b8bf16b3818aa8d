import { DEVICE_NAME_PATTERN, micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import type { MacKey } from '#base/crypto/index.ts';
import type { FindingKeys } from '#trust/keys/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { CatalogueTransaction } from '#base/storage/index.ts';
import { declaredTypes } from '../enrol-request.ts';
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

/** An entry of the list as people see it. */
export interface ExpectedEntry {
  readonly manufacturer: string;
  readonly serial: string;
  readonly name: string;
  readonly type: string;
  readonly created: Micros;
  /** When the device enrolled; null while it is awaited. */
  readonly used: Micros | null;
}

/** Actions of the log by which devices are taken off the list. */
export const UNEXPECT = 'unexpect-device';
export const CLEAR_EXPECTED = 'clear-expected';

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
  readonly #digests: FindingKeys;
  readonly #table: SealedTable<typeof EXPECTED.key, typeof EXPECTED.clear, ExpectedPrivate>;

  private constructor(context: IdentityContext, digests: FindingKeys) {
    this.#context = context;
    this.#digests = digests;
    this.#table = new SealedTable(EXPECTED, context.machines);
  }

  static async open(context: IdentityContext): Promise<ExpectedList> {
    const list = new ExpectedList(context, await context.keys.findingKeys('device-serial'));
    context.keys.lifecycle.holdDigests({
      purpose: 'device-serial',
      count: (version) => list.#countDigests(version),
      again: () => list.#digestAgain(),
    });
    return list;
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

  /** Entries by the name of the device, as many as `limit`, and how many there are. */
  async list(limit: number): Promise<{ readonly total: number; readonly devices: readonly ExpectedEntry[] }> {
    const { catalogue, log } = this.#context;
    const rows = await this.#table.list(catalogue, {
      order: ['device'],
      limit,
      onDamaged: (error) => log.error({ code: error.code }, error.message),
    });
    const devices = rows.map(({ device: name, type, created, used, sealed: { manufacturer, serial } }) => ({
      manufacturer,
      serial,
      name,
      type,
      created: micros(created),
      used: used === null ? null : micros(used),
    }));
    return { total: await this.#table.count(catalogue), devices };
  }

  /**
   * Takes a device off the list, also one that has enrolled: its serial number can be listed again.
   *
   * @throws {IdentityError} IDENTITY_DEVICE_UNKNOWN if it is not on it
   */
  async remove(name: string, actor: string): Promise<void> {
    const { audit, catalogue } = this.#context;
    const [row] = await this.#table.list(catalogue, { where: { device: name }, limit: 1 });
    if (row === undefined) {
      const shown = JSON.stringify(name.slice(0, 80));
      throw new IdentityError('IDENTITY_DEVICE_UNKNOWN', `Cannot find ${shown} on the list of expected devices`, {
        hint: 'See weir device expect --list',
      });
    }
    await audit.append({ actor, action: UNEXPECT, resource: `device:${name}`, outcome: 'done' });
    await catalogue.transaction((tx) => this.#table.delete(tx, { digest: row.digest }).then(() => undefined));
  }

  /** Takes all off the list that have not enrolled; tells how many there were. */
  async clear(actor: string): Promise<number> {
    const { audit, catalogue } = this.#context;
    await audit.append({ actor, action: CLEAR_EXPECTED, resource: 'device:*', outcome: 'done' });
    return catalogue.transaction(async (tx) => {
      const rows = await this.#table.list(tx, { where: { used: null } });
      for (const { digest } of rows) await this.#table.delete(tx, { digest });
      return rows.length;
    });
  }

  /** Whose the certificate of a manufacturer's device is. */
  async identify(manufacturer: string, serial: string): Promise<EnroleeOutcome> {
    const { catalogue, clock, declared } = this.#context;
    const row = await this.#find(catalogue, manufacturer, serial);
    if (row === null || !declared.manufacturers(row.type).includes(manufacturer)) return { outcome: 'unknown' };
    if (row.used !== null) return { outcome: 'used' };
    const use = async (tx: CatalogueTransaction): Promise<void> => {
      const now = await this.#find(tx, manufacturer, serial);
      if (now?.used !== null) throw alreadyUsed();
      const { sealed, ...columns } = now;
      await this.#table.put(tx, { ...columns, used: clock.now() }, sealed);
    };
    return { outcome: 'ok', enrolee: { request: requestOf(row), by: 'manufacturer', use, key: row.digest } };
  }

  #requireFit(row: number, device: ExpectedDevice): void {
    const { manufacturer, serial, name, type } = device;
    const { declared } = this.#context;
    if (!DEVICE_NAME_PATTERN.test(name)) throw misfit(row, `${JSON.stringify(name.slice(0, 80))} is no device name`);
    if (type.startsWith('_') || !declared.hasDeviceType(type))
      throw misfit(row, `the template has no type ${type.slice(0, 80)}`, declaredTypes(declared));
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
    const digest = digestOf(this.#digests.newest.key, manufacturer, serial);
    const known = await this.#find(tx, manufacturer, serial);
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

  /** A row may stand under the digest of an older key until that is made again. */
  async #find(tx: CatalogueTransaction, manufacturer: string, serial: string): Promise<Row | null> {
    for (const { key } of this.#digests.all) {
      const row = await this.#table.get(tx, { digest: digestOf(key, manufacturer, serial) });
      if (row !== null) return row;
    }
    return null;
  }

  async #countDigests(version: number): Promise<number> {
    const key = this.#digests.all.find((one) => one.version === version)?.key;
    if (key === undefined) return 0;
    const rows = await this.#table.list(this.#context.catalogue, { onDamaged: () => {} });
    return rows.filter((row) => isUnder(key, row)).length;
  }

  /** Has every device found by the newest key, one at a time: whatever is looked for meanwhile is found by either. */
  async #digestAgain(): Promise<number> {
    const { catalogue } = this.#context;
    let count = 0;
    for (const { digest: old } of await this.#table.list(catalogue, { onDamaged: () => {} })) {
      count += await catalogue.transaction(async (tx) => {
        const now = await this.#table.get(tx, { digest: old });
        const { key } = this.#digests.newest;
        if (now === null || isUnder(key, now)) return 0;
        const { sealed, ...columns } = now;
        await this.#table.delete(tx, { digest: old });
        await this.#table.insert(tx, { ...columns, digest: digestOf(key, sealed.manufacturer, sealed.serial) }, sealed);
        return 1;
      });
    }
    return count;
  }
}

function digestOf(key: MacKey, manufacturer: string, serial: string): string {
  return key.macHex(JSON.stringify([manufacturer, serial]));
}

function isUnder(key: MacKey, { digest, sealed: { manufacturer, serial } }: Row): boolean {
  return digestOf(key, manufacturer, serial) === digest;
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

function misfit(row: number, why: string, known = ''): IdentityError {
  const place = row === 0 ? 'the list' : `row ${row} of the list`;
  return new IdentityError('IDENTITY_EXPECTED_INVALID', `Cannot take ${place}: ${why}`, {
    hint: `Correct the list and send it again: none of it was taken${known === '' ? '' : `. ${known}`}`,
  });
}
