import { REASON } from '../reasons.ts';
import type { Decoded, DecodedObject } from './json-parser.ts';
import type { SenmlRecord } from './senml-resolve.ts';

/** One reading of a pack: the device that its names name, null for the sender, and its members. */
export interface SenmlReading {
  readonly device: string | null;
  readonly members: DecodedObject;
  /** Reason number of what is wrong with it already, 0 for nothing. */
  readonly reason: number;
}

/** Times below are counted from now. RFC 8428 section 4.5.3. */
const ABSOLUTE = 2 ** 28;
const OWN_DEVICE = /^urn:weir:[^:]+:device:(.+)$/;

/**
 * Gathers the records of a pack into readings: those with one base name and one time are one reading, whose members
 * are the records' names. A sum is taken as member `<name>:sum`, which no field can be named, so it counts as
 * undeclared.
 *
 * @param received epoch microseconds: what times from now are counted from
 */
export function readingsOf(records: readonly SenmlRecord[], received: number): readonly SenmlReading[] {
  const readings = new Map<string, { device: string | null; members: Map<string, Decoded>; reason: number }>();
  for (const record of records) {
    const { device, field } = namesOf(record);
    const id = `${record.time}/${device ?? ''}`;
    let reading = readings.get(id);
    if (reading === undefined) {
      reading = { device, members: new Map(), reason: 0 };
      // No time, or a time of zero, is now: the time of receipt, and so not given.
      if (record.time !== 0) reading.members.set('time', secondsOf(record.time, received));
      readings.set(id, reading);
    }
    const members: [string, Decoded][] = [];
    if (record.value !== null) members.push([field, record.value]);
    if (record.sum !== null) members.push([`${field}:sum`, record.sum]);
    for (const [name, value] of members) {
      if (reading.members.has(name)) reading.reason = REASON.duplicateKey.number;
      reading.members.set(name, value);
    }
  }
  return [...readings.values()];
}

function secondsOf(time: number, received: number): number {
  return time >= ABSOLUTE ? time : Math.round(received + time * 1e6) / 1e6;
}

/** Base name and name; where only one is there, it is split behind its last colon or slash. */
function namesOf({ base, name }: SenmlRecord): { device: string | null; field: string } {
  if (base !== '' && name !== '') return { device: deviceOf(base), field: name };
  const whole = base + name;
  const cut = Math.max(whole.lastIndexOf(':'), whole.lastIndexOf('/'));
  return cut === -1
    ? { device: null, field: whole }
    : { device: deviceOf(whole.slice(0, cut)), field: whole.slice(cut + 1) };
}

function deviceOf(base: string): string {
  const bare = base.replace(/[:/]$/, '');
  return OWN_DEVICE.exec(bare)?.[1] ?? bare;
}
