import { canonicalJson } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { TemplateError } from './errors.ts';
import { LIMIT_RULES } from './limits.ts';
import { storedStreams, wholeStreams } from './system-streams.ts';
import type { Limits, Template } from './types.ts';

/** The marker of a map in the JSON form: a list of pairs, so that the order of declaration is kept. */
const MAP_MARK = 'map';

/** Version of the JSON form, part of what the digest covers. */
const FORM_VERSION = 1;

/**
 * A resolved template as JSON, from which `templateFromJson` makes it again: for the catalogue and for other
 * processes. Maps are `{"map": [[name, value], …]}`.
 */
export function templateToJson(template: Omit<Template, 'digest'>): Json {
  const { digest: _, ...content } = template as Template;
  const streams = storedStreams(content.streams);
  return { form: FORM_VERSION, template: toJson({ ...content, streams, limits: withoutLater(content.limits) }) };
}

/** Digest of a resolved template: SHA-256, in hex, over the canonical JSON of its JSON form. */
export function templateDigest(template: Omit<Template, 'digest'>): string {
  return sha256Hex(new TextEncoder().encode(canonicalJson(templateToJson(template))));
}

/**
 * The template that a JSON form describes, frozen, with its digest computed anew.
 *
 * @throws {TemplateError} TEMPLATE_FORM_INVALID where the form is of another version or no such form
 */
export function templateFromJson(json: Json): Template {
  const outer = json as { readonly form?: unknown; readonly template?: Json } | null;
  if (typeof outer !== 'object' || outer?.form !== FORM_VERSION || outer.template === undefined) {
    throw new TemplateError('TEMPLATE_FORM_INVALID', 'Cannot read template: its stored form is unknown');
  }
  const content = fromJson(outer.template) as Omit<Template, 'digest'>;
  if (!(content.streams instanceof Map) || !(content.devices instanceof Map)) {
    throw new TemplateError('TEMPLATE_FORM_INVALID', 'Cannot read template: its stored form has no streams');
  }
  const streams = wholeStreams(content.streams);
  return sealTemplate({ ...content, streams, limits: withLater(content.limits) });
}

const LATER_LIMITS = LIMIT_RULES.filter(({ later }) => later === true);

/** Limits as they are stored: those that came later only where they are not at their default. */
function withoutLater(limits: Limits): Partial<Limits> {
  const left = LATER_LIMITS.filter(({ member, standard }) => limits[member] === standard).map(({ member }) => member);
  return Object.fromEntries(Object.entries(limits).filter(([member]) => !(left as string[]).includes(member)));
}

/** Limits as they are used: those that a stored form does not have are at their default. */
function withLater(limits: Limits): Limits {
  return { ...Object.fromEntries(LATER_LIMITS.map(({ member, standard }) => [member, standard])), ...limits };
}

/** Adds the digest and freezes the whole, maps included. */
export function sealTemplate(content: Omit<Template, 'digest'>): Template {
  return freeze({ digest: templateDigest(content), ...content }) as Template;
}

function toJson(value: unknown): Json {
  if (value instanceof Map) return { [MAP_MARK]: [...value].map(([key, item]) => [key as string, toJson(item)]) };
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
  }
  return value as Json;
}

function fromJson(value: Json): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => fromJson(item));
  const members = Object.entries(value);
  if (members.length === 1 && members[0]?.[0] === MAP_MARK && Array.isArray(members[0][1])) {
    return new Map((members[0][1] as [string, Json][]).map(([key, item]) => [key, fromJson(item)]));
  }
  return Object.fromEntries(members.map(([key, item]) => [key, fromJson(item)]));
}

function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map) {
    for (const item of value.values()) freeze(item);
    // Freezing a map leaves its content open; without its writing methods nothing can reach that by mistake.
    const refuse = () => {
      throw new TypeError('A template cannot be changed');
    };
    for (const method of ['set', 'delete', 'clear']) Object.defineProperty(value, method, { value: refuse });
  } else for (const item of Object.values(value)) freeze(item);
  return Object.freeze(value);
}
