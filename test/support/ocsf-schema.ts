import { readFileSync } from 'node:fs';
import path from 'node:path';

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

/** The published definitions of the Open Cybersecurity Schema Framework, with what they extend resolved. */
export class OcsfSchema {
  readonly #folder: string;
  readonly #dictionary: Dictionary;

  constructor(folder: string) {
    this.#folder = folder;
    this.#dictionary = this.#read('dictionary.json') as Dictionary;
  }

  /** The version that is published. */
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
