import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { corpora } from '../../../test/support/outside.ts';
import { formatOcsf, OCSF_VERSION } from './ocsf.ts';

interface Attribute {
  readonly requirement?: string;
  readonly enum?: Readonly<Record<string, unknown>>;
  readonly type?: string;
  readonly is_array?: boolean;
}
interface Definition {
  readonly name: string;
  readonly uid?: number;
  readonly category?: string;
  readonly extends?: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly constraints?: { readonly at_least_one?: readonly string[] };
}

interface Dictionary extends Definition {
  readonly types: {
    readonly attributes: Readonly<Record<string, { readonly type?: string; readonly regex?: string }>>;
  };
}

/** The published definitions, with what they extend resolved. */
class Schema {
  readonly #folder: string;
  readonly #dictionary: Dictionary;

  constructor(folder: string) {
    this.#folder = folder;
    this.#dictionary = this.#read('dictionary.json') as Dictionary;
  }

  get version(): unknown {
    return (this.#read('version.json') as { version: unknown }).version;
  }

  /** What is wrong with an event of the class in a file. */
  problems(file: string, event: object): string[] {
    return this.#check(this.#resolve(file), event, path.basename(file, '.json'));
  }

  #check(definition: Definition, value: object, at: string): string[] {
    const problems: string[] = [];
    const members = new Map(Object.entries(value));
    for (const [name, attribute] of Object.entries(definition.attributes)) {
      if (attribute.requirement === 'required' && !members.has(name)) problems.push(`${at}: lacks ${name}`);
    }
    const oneOf = definition.constraints?.at_least_one;
    if (oneOf !== undefined && !oneOf.some((name) => members.has(name)))
      problems.push(`${at}: has none of ${oneOf.join()}`);
    for (const [name, member] of members) {
      const attribute = definition.attributes[name];
      if (attribute === undefined) problems.push(`${at}: has no attribute ${name}`);
      else
        problems.push(
          ...this.#checkMember({ ...this.#dictionary.attributes[name], ...attribute }, member, `${at}.${name}`, name),
        );
    }
    return problems;
  }

  #checkMember(attribute: Attribute, member: unknown, at: string, name: string): string[] {
    if (attribute.is_array === true) {
      if (!Array.isArray(member)) return [`${at}: is no array`];
      const { is_array: _, ...item } = attribute;
      return member.flatMap((one, i) => this.#checkMember(item, one, `${at}[${i}]`, name));
    }
    // A type that does not end so is the name of an object.
    if (attribute.type?.endsWith('_t') !== true) {
      if (typeof member !== 'object' || member === null) return [`${at}: is no object`];
      const type = attribute.type ?? 'object';
      return type === 'object' ? [] : this.#check(this.#resolve(`objects/${type}.json`), member, at);
    }
    const enumeration = { ...this.#dictionary.attributes[name]?.enum, ...attribute.enum };
    if (Object.keys(enumeration).length > 0 && !Object.hasOwn(enumeration, String(member)))
      return [`${at}: ${String(member)} is not in its enumeration`];
    const type = this.#dictionary.types.attributes[attribute.type ?? ''];
    const base = type?.type ?? attribute.type;
    if (base === 'string_t' && typeof member !== 'string') return [`${at}: is no string`];
    if ((base === 'integer_t' || base === 'long_t') && !Number.isSafeInteger(member)) return [`${at}: is no integer`];
    if (type?.regex !== undefined && !new RegExp(type.regex).test(String(member)))
      return [`${at}: does not match ${type.regex}`];
    return [];
  }

  /** Attributes of the class itself stand over those of what it extends; member by member, as the framework says. */
  #resolve(file: string): Definition {
    const own = this.#read(file) as Definition;
    const base = own.extends === undefined ? undefined : this.#resolve(this.#fileOf(own.extends, file));
    const attributes: Record<string, Attribute> = { ...base?.attributes };
    for (const [name, attribute] of Object.entries(own.attributes)) {
      // Profiles add attributes that only events under the profile have: these events are under none.
      if (name === '$include') continue;
      const from = attributes[name];
      attributes[name] = {
        ...from,
        ...attribute,
        ...((from?.enum ?? attribute.enum) && { enum: { ...from?.enum, ...attribute.enum } }),
      };
    }
    const constraints = own.constraints ?? base?.constraints;
    return { ...base, ...own, attributes, ...(constraints && { constraints }) };
  }

  #fileOf(name: string, from: string): string {
    if (from.startsWith('objects/')) return `objects/${name}.json`;
    return name === 'base_event' ? 'events/base_event.json' : `${path.dirname(from)}/${name}.json`;
  }

  #read(file: string): unknown {
    return JSON.parse(readFileSync(path.join(this.#folder, file), 'utf8')) as unknown;
  }
}

const FILES: Readonly<Record<number, string>> = {
  3002: 'events/iam/authentication.json',
  3004: 'events/iam/entity_management.json',
  6002: 'events/application/application_lifecycle.json',
  6003: 'events/application/api_activity.json',
  6005: 'events/application/datastore_activity.json',
};

const EVENTS: readonly AuditEvent[] = [
  {
    actor: 'person:4f1c',
    action: 'query',
    resource: 'view:climate',
    purpose: 'quality',
    outcome: 'allowed',
    digest: 'ab'.repeat(32),
    detail: { rows: 3 },
  },
  { actor: 'operator:1', action: 'enrol', resource: 'device:truck-7', outcome: 'done' },
  { actor: 'operator:1', action: 'add', resource: 'person:4f1c', outcome: 'done' },
  { actor: 'operator:1', action: 'remove', resource: 'program:model', outcome: 'failed', reason: 'unknown' },
  {
    actor: 'device:truck-7',
    action: 'connect',
    resource: 'listener:mqtt',
    outcome: 'denied',
    reason: 'expired',
    detail: { address: '192.0.2.0/24' },
  },
  { actor: 'weir:control', action: 'start', resource: 'weir:gateway', outcome: 'done' },
  { actor: 'weir:store', action: 'seal-segment', resource: 'stream:climate', outcome: 'done' },
  { actor: 'weir:keys', action: 'rotate-key', resource: 'key:epoch', outcome: 'done' },
  { actor: 'program:model', action: 'something-new', resource: 'plain', outcome: 'allowed' },
];

test('formatOcsf() writes events that the published definitions take', (t) => {
  const schema = new Schema(corpora(t, 'standards/ocsf'));
  assert.equal(schema.version, OCSF_VERSION);
  const classes = new Set<number>();
  for (const [index, event] of EVENTS.entries()) {
    const ocsf = formatOcsf({ index, time: micros(1_767_225_600_123_456), event }, 'weir.example/log');
    const uid = Number(ocsf['class_uid']);
    classes.add(uid);
    // The category of a class stands in its base, its own number within it: the framework puts them together.
    const { class_uid: _, category_uid: category, activity_id: activity, type_uid: type, ...rest } = ocsf;
    assert.deepEqual([type, Math.floor(uid / 1000)], [uid * 100 + Number(activity), category]);
    assert.deepEqual(
      schema.problems(FILES[uid] ?? '', {
        ...rest,
        activity_id: activity,
        category_uid: 0,
        class_uid: 0,
        type_uid: type,
      }),
      [],
    );
  }
  assert.deepEqual(
    [...classes].sort((a, b) => a - b),
    [3002, 3004, 6002, 6003, 6005],
  );
});

test('formatOcsf() events that lack or bend a member are seen by the check', (t) => {
  const schema = new Schema(corpora(t, 'standards/ocsf'));
  const event = formatOcsf({ index: 0, time: micros(1), event: EVENTS[0]! }, 'o');
  const bent = { ...event, category_uid: 0, class_uid: 0 };
  const problems = (change: object) =>
    schema.problems('events/application/datastore_activity.json', { ...bent, ...change });
  assert.deepEqual(problems({}), []);
  assert.equal(problems({ activity_id: 77 }).length, 1);
  assert.equal(problems({ metadata: { version: '1' } }).length, 1);
  assert.equal(problems({ table: {} }).length, 1);
  assert.equal(problems({ nonsense: 1 }).length, 1);
  assert.equal(problems({ time: 'noon' }).length, 1);
});

test('formatOcsf() keeps everything that the entry says', () => {
  const event = EVENTS[0]!;
  const ocsf = formatOcsf({ index: 7, time: micros(1_767_225_600_123_456), event }, 'weir.example/log');
  assert.equal(ocsf['time'], 1_767_225_600_123);
  assert.deepEqual(ocsf['unmapped'], {
    outcome: 'allowed',
    purpose: 'quality',
    digest: event.digest,
    detail: { rows: 3 },
  });
  assert.deepEqual((ocsf['metadata'] as { uid: string }).uid, 'weir.example/log/7');
});
