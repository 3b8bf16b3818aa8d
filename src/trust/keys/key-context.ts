import type { Clock, Random } from '#base/core/index.ts';
import type { Catalogue, RowSealer } from '#base/storage/index.ts';
import type { Custody } from './custody.ts';
import type { EpochKeys } from './epoch-keys.ts';
import type { KeyLog } from './key-log.ts';
import type { UseMeter } from './use-meter.ts';

/** What the parts of the key ring work with. */
export interface KeyContext {
  readonly catalogue: Catalogue;
  readonly custody: Custody;
  readonly epochs: EpochKeys;
  readonly sealer: RowSealer;
  readonly log: KeyLog;
  readonly meter: UseMeter;
  readonly clock: Clock;
  readonly random: Random;
}
