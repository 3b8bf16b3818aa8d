import type { Json } from '#base/core/index.ts';
import { TEMPLATE_SCHEMA } from './schema.ts';

const SCHEMA_ID = 'urn:weir:schema:template:1';

type JsonObject = { readonly [key: string]: Json };

/**
 * The JSON Schema of a template file as it is written, for editors and other tools. Looser than the resolved form in
 * two ways, for a file may extend another: but for `template` nothing is required, and a named entry may be null,
 * which takes out what was inherited.
 *
 * @see JSON Schema 2020-12
 */
export function templateJsonSchema(): JsonObject {
  const plain = JSON.parse(JSON.stringify(TEMPLATE_SCHEMA)) as JsonObject;
  const source = asSource(plain) as JsonObject;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: SCHEMA_ID,
    ...source,
    title: 'Weir template',
    description: 'One file that declares the fleet, its streams, people, purposes and rules.',
    required: ['template'],
  };
}

/** `properties` are walked member by member, so that a property named `required` would not be taken for the keyword. */
function asSource(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map((item: Json) => asSource(item));
  if (typeof schema !== 'object' || schema === null) return schema;
  const result: Record<string, Json> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'required') continue;
    if (key === 'properties') result[key] = mapValues(value as JsonObject, asSource);
    else if (key === 'additionalProperties' && 'propertyNames' in schema) result[key] = orNothing(asSource(value));
    else if (['items', 'anyOf', 'additionalProperties'].includes(key)) result[key] = asSource(value);
    else result[key] = value;
  }
  return result;
}

function orNothing(schema: Json): Json {
  return { anyOf: [schema, { type: 'null', title: 'nothing, to leave out what is inherited' }] };
}

function mapValues(members: JsonObject, change: (value: Json) => Json): Json {
  return Object.fromEntries(Object.entries(members).map(([key, value]) => [key, change(value)]));
}
