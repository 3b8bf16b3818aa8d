import type { ErrorObject } from 'ajv/dist/2020.js';

type Validate = (body: unknown) => void;

/** Of a long list its beginning tells enough. */
const MOST_NAMED = 24;
const LONGEST_NAME = 64;

/**
 * What checks the body of one route against its schema; it rejects with where the first fault is and what would be right.
 * A schema is compiled when the first body comes in: a platform has some thirty of them, most of which a run never
 * needs, and to compile them all was a quarter of its start.
 *
 * Bodies are taken as they are or refused: nothing is coerced, dropped or filled in.
 */
export function bodyValidator(schema: object): (body: unknown) => Promise<void> {
  let compiled: Promise<Validate> | null = null;
  return async (body) => {
    const validate = await (compiled ??= compile(schema));
    validate(body);
  };
}

/**
 * What the body of a route is to be, in words for whoever sent another.
 *
 * @param schema of the body; anything else where the route takes none, or is not known
 */
export function bodyHint(schema: unknown): string {
  const described = 'GET /v1/openapi.json describes it in full';
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) {
    return `Send JSON as application/json where the route takes a body; ${described}`;
  }
  const { properties, required = [] } = schema as { properties: object; required?: readonly string[] };
  const quoted = (names: readonly string[]): string =>
    `${names
      .slice(0, MOST_NAMED)
      .map((name) => `\`${name}\``)
      .join(', ')}${names.length > MOST_NAMED ? ', …' : ''}`;
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  const parts = [
    ...(required.length === 0 ? [] : [`it must have ${quoted(required)}`]),
    ...(optional.length === 0 ? [] : [`it may have ${quoted(optional)}`]),
  ];
  return `Of the body: ${parts.length === 0 ? 'it is an empty object' : parts.join('; ')}. ${described}`;
}

async function compile(schema: object): Promise<Validate> {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  // The schemas are our own; tests hold them against their meta-schema. Formats are told to readers and not checked.
  const ajv = new Ajv2020({ validateSchema: false, validateFormats: false });
  const validate = ajv.compile(schema);
  return (body) => {
    if (!validate(body)) throw new TypeError(ajv.errorsText(validate.errors?.map(named), { dataVar: 'body' }));
  };
}

/** The library says that something is not among the allowed; whoever reads it wants to know what is, or what is not. */
function named(error: ErrorObject): ErrorObject {
  const { keyword, params } = error as {
    keyword: string;
    params: { allowedValues?: unknown; additionalProperty?: unknown };
  };
  if (keyword === 'enum' && Array.isArray(params.allowedValues)) {
    const { length } = params.allowedValues;
    const allowed = params.allowedValues.slice(0, MOST_NAMED).join(', ');
    return { ...error, message: `must be one of ${allowed}${length > MOST_NAMED ? ', …' : ''}` };
  }
  if (keyword === 'additionalProperties') {
    const name = JSON.stringify(String(params.additionalProperty).slice(0, LONGEST_NAME));
    return { ...error, message: `must have no property ${name}` };
  }
  return error;
}
