import { makeId } from '#base/core/index.ts';
import type { Clock, Json, Log, Random } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, RowSealer } from '#base/storage/index.ts';
import { ApiError } from '../api/errors.ts';

const COMMANDS = {
  name: 'commands_open',
  key: { id: 'text' },
  clear: { device: 'text', created: 'integer', retained: 'integer' },
  sealed: (value: Json) => value as { readonly name: string; readonly payload: string },
  indexes: [['device']],
} as const;

const SCHEMA = { room: 'commands', migrations: [sealedTableSql(COMMANDS)] };

/** Commands that wait for one device; more are refused until it takes some. */
const MOST_WAITING = 1_000;
/** What follows `commands/<device>/` in the topic. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*(\/[A-Za-z0-9][A-Za-z0-9_.-]*){0,4}$/;

/** A command or retained configuration on its way to a device. */
export interface DeviceCommand {
  readonly id: string;
  readonly device: string;
  readonly name: string;
  readonly payload: string;
  /** Configuration: given at each connection, replaced by the next of its name. */
  readonly retain: boolean;
}

export interface CommandBoxParts {
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  readonly clock: Clock;
  readonly random: Random;
  /** Hands a command to the session of its device, if there is one now. */
  readonly deliver: (command: DeviceCommand) => void;
  readonly isDevice: (name: string) => boolean;
  readonly log: Pick<Log, 'error'>;
}

/** Commands that devices have not taken yet, and their configuration: durable here, delivered by the gateway. */
export class CommandBox {
  readonly #parts: CommandBoxParts;
  readonly #table: SealedTable<typeof COMMANDS.key, typeof COMMANDS.clear, { name: string; payload: string }>;

  private constructor(parts: CommandBoxParts) {
    this.#parts = parts;
    this.#table = new SealedTable(COMMANDS, parts.sealer);
  }

  static async open(parts: CommandBoxParts): Promise<CommandBox> {
    await parts.catalogue.migrate(SCHEMA);
    return new CommandBox(parts);
  }

  /**
   * Keeps a command and hands it on.
   *
   * @throws {ApiError} API_COMMAND_INVALID where the device is unknown, the name is none, or too many wait
   */
  async send(command: Omit<DeviceCommand, 'id'>): Promise<{ id: string; state: string }> {
    const { catalogue, clock, random, deliver, isDevice } = this.#parts;
    const { device, name, payload, retain } = command;
    if (!isDevice(device)) throw invalid(`the inventory has no device ${device.slice(0, 64)}`);
    if (!NAME.test(name))
      throw invalid(
        'its name is not one to five words of letters, digits, dots, hyphens and underscores, with / between',
      );
    const id = makeId(clock, random);
    await catalogue.transaction(async (tx) => {
      const waiting = await this.#table.list(tx, { where: { device } });
      if (waiting.length >= MOST_WAITING) throw invalid(`${MOST_WAITING} wait for ${device} already`);
      const replaced = waiting.filter((row) => retain && row.retained === 1 && row.sealed.name === name);
      for (const row of replaced) await this.#table.delete(tx, { id: row.id });
      // An empty configuration takes the old one away, as an empty retained message does in MQTT.
      if (!(retain && payload === '')) {
        await this.#table.insert(tx, { id, device, created: clock.now(), retained: retain ? 1 : 0 }, { name, payload });
      }
    });
    deliver({ id, ...command });
    return { id, state: 'sent' };
  }

  /** All that waits, oldest first: what a gateway starts from. */
  async waiting(): Promise<readonly DeviceCommand[]> {
    const { catalogue, log } = this.#parts;
    // One that was changed is never sent, and holds up no other.
    const rows = await this.#table.list(catalogue, {
      order: ['created', 'id'],
      onDamaged: ({ code, message }) => log.error({ code }, message),
    });
    return rows.map(({ id, device, retained, sealed }) => ({ id, device, retain: retained === 1, ...sealed }));
  }

  /** Notes that a device has taken a command. Configuration stays. */
  async taken(id: string): Promise<void> {
    const { catalogue } = this.#parts;
    const row = await this.#table.get(catalogue, { id });
    if (row !== null && row.retained === 0) await this.#table.delete(catalogue, { id });
  }
}

function invalid(state: string): ApiError {
  return new ApiError('API_COMMAND_INVALID', `Cannot send command: ${state}`);
}
