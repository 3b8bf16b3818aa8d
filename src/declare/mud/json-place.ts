import type { Json } from '#base/core/index.ts';
import { MudError } from './errors.ts';

/** A value of a profile and where it stands, as a JSON pointer; undefined where nothing stands there. */
export interface Place {
  readonly at: string;
  readonly value: Json | undefined;
}

export function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of an object; nothing stands there where it is none. */
export function member({ at, value }: Place, name: string): Place {
  const place = `${at}/${name}`;
  return { at: place, value: isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined };
}

/** A member that is an object. @throws {MudError} MUD_PROFILE_INVALID */
export function objectAt(place: Place, name: string): Place {
  const found = member(place, name);
  return isObject(found.value) ? found : fail(found, 'an object is expected');
}

/** The items of a list. @throws {MudError} MUD_PROFILE_INVALID */
export function listAt(place: Place): readonly Place[] {
  const { at, value } = place;
  if (!Array.isArray(value)) return fail(place, 'a list is expected');
  return (value as readonly Json[]).map((item, i) => ({ at: `${at}/${i}`, value: item }));
}

/** @throws {MudError} MUD_PROFILE_INVALID */
export function textAt(place: Place): string {
  const { value } = place;
  return typeof value === 'string' && value.length <= 2_048 ? value : fail(place, 'a text is expected');
}

/** A whole number, also one in text, decimal or hexadecimal, as earlier profiles have. @throws {MudError} */
export function numberAt(place: Place): number {
  const { value } = place;
  const number = typeof value === 'string' && /^(0x[0-9A-Fa-f]{1,8}|\d{1,10})$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0
    ? number
    : fail(place, 'a whole number is expected');
}

/** @throws {MudError} MUD_PROFILE_INVALID */
export function fail(place: Place, what: string): never {
  const found = place.value === undefined ? 'nothing' : JSON.stringify(place.value).slice(0, 40);
  throw new MudError('MUD_PROFILE_INVALID', `Cannot read a MUD profile: at ${place.at} is ${found}; ${what}`, {
    hint: 'See RFC 8520 section 2.1 for what one looks like',
  });
}
