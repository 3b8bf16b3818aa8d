import type { Json } from '#base/core/index.ts';
import { MudError } from './errors.ts';
import type { MudProfile } from './profile.ts';
import { plainName } from './judge-flow.ts';
import { readRule } from './read-rule.ts';
import type { MudRule } from './profile.ts';
import { isObject, member, numberAt, objectAt, textAt, fail, listAt } from './json-place.ts';
import type { Place } from './json-place.ts';

/** Characters of a profile at most, and entries of all its lists. */
export const MUD_BOUNDS = { characters: 1_048_576, entries: 4_096 } as const;

const LISTS = 'ietf-access-control-list:acls';
/** As lists were named before the RFC. */
const EARLIER_LISTS = 'ietf-access-control-list:access-lists';
const READ = new Set(['mud-version', 'mud-url', 'last-update', 'cache-validity', 'is-supported', 'systeminfo']);
const POLICIES = ['from-device-policy', 'to-device-policy'] as const;
const DATE_AND_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Reads a MUD profile: with the RFC's names, or with those of published profiles from before it (`access-lists`,
 * hexadecimal EtherTypes). Untrusted: everything in it is bounded.
 *
 * @throws {MudError} MUD_PROFILE_INVALID, which names the place
 * @see RFC 8520 section 2.1
 */
export function readMud(text: string): MudProfile {
  if (text.length > MUD_BOUNDS.characters) throw invalid(`it has ${text.length} characters`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw invalid('it is not JSON', cause);
  }
  const root: Place = { at: '', value: parsed as Json };
  const mud = objectAt(root, 'ietf-mud:mud');
  const version = numberAt(member(mud, 'mud-version'));
  if (version !== 1) fail({ at: '/ietf-mud:mud/mud-version', value: version }, 'version 1 is known');
  const lastUpdate = textAt(member(mud, 'last-update'));
  if (!DATE_AND_TIME.test(lastUpdate)) fail(member(mud, 'last-update'), 'a date and time of RFC 3339 is expected');
  const supported = member(mud, 'is-supported');
  if (typeof supported.value !== 'boolean') fail(supported, 'true or false is expected');
  const lists = readLists(root);
  const fields = mud.value as Readonly<Record<string, Json>>;
  const info = member(mud, 'systeminfo');
  const validity = member(mud, 'cache-validity');
  const hours = validity.value === undefined ? 48 : numberAt(validity);
  if (!(hours >= 1 && hours <= 168)) fail(validity, 'hours from 1 to 168 are expected');
  return {
    url: textAt(member(mud, 'mud-url')),
    lastUpdate,
    cacheValidity: hours,
    supported: supported.value,
    systemInfo: info.value === undefined ? null : textAt(info),
    more: Object.fromEntries(
      Object.entries(fields).filter(([name]) => !READ.has(name) && !POLICIES.some((policy) => policy === name)),
    ),
    from: rulesOf(member(mud, 'from-device-policy'), lists, 'from'),
    to: rulesOf(member(mud, 'to-device-policy'), lists, 'to'),
  };
}

/** Access control lists by name. */
function readLists(root: Place): ReadonlyMap<string, Place> {
  const named = member(root, LISTS).value === undefined ? EARLIER_LISTS : LISTS;
  const lists = new Map<string, Place>();
  let entries = 0;
  for (const list of listAt(member(objectAt(root, named), 'acl'))) {
    const name = textAt(member(list, 'name'));
    if (lists.has(name)) fail(list, `there are two lists named ${plainName(name)}`);
    entries += entriesOf(list).length;
    if (entries > MUD_BOUNDS.entries) fail(list, `there are more than ${MUD_BOUNDS.entries} entries`);
    lists.set(name, list);
  }
  return lists;
}

function entriesOf(list: Place): readonly Place[] {
  const aces = member(list, 'aces');
  const entries = isObject(aces.value) ? member(aces, 'ace') : aces;
  return entries.value === undefined ? [] : listAt(entries);
}

function rulesOf(policy: Place, lists: ReadonlyMap<string, Place>, way: 'from' | 'to'): readonly MudRule[] {
  if (policy.value === undefined) return [];
  const named = member(objectAt(policy, 'access-lists'), 'access-list');
  return (named.value === undefined ? [] : listAt(named)).flatMap((reference) => {
    const name = member(reference, 'name');
    const list = lists.get(textAt(name));
    if (list === undefined) return fail(name, 'there is no list of that name');
    const type = member(list, 'type');
    const typeName = type.value === undefined ? '' : textAt(type);
    return entriesOf(list).map((entry) => readRule(entry, typeName, way));
  });
}

function invalid(what: string, cause?: unknown): MudError {
  return new MudError('MUD_PROFILE_INVALID', `Cannot read a MUD profile: ${what}`, {
    hint: 'See RFC 8520 section 2.1 for what one looks like',
    cause,
  });
}
