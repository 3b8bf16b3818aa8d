import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';

interface Media {
  readonly schema?: object;
}
interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, Media>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Record<string, Response> }>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Response>>; readonly schemas: object };
}

/** An answer as it came. */
export interface CheckedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

/**
 * Holds answers of a running API against an OpenAPI document. It is stricter than the document: members that a schema does
 * not name are faults too, so that nothing is answered that is not described.
 */
export class OpenApiChecker {
  readonly #document: Document;
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  readonly #seen = new Set<string>();

  constructor(document: unknown) {
    this.#document = closeObjects(structuredClone(document)) as Document;
  }

  /** Operations of which an answer of success was checked, as `get /v1/status`. */
  get succeeded(): ReadonlySet<string> {
    return this.#seen;
  }

  get operations(): readonly string[] {
    return Object.entries(this.#document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
  }

  /** @param operation such as `get /v1/devices/{name}` */
  check(operation: string, { status, headers, body }: CheckedAnswer): void {
    const [method = '', path = ''] = operation.split(' ');
    const described = this.#document.paths[path]?.[method];
    assert.ok(described !== undefined, `${operation} is described`);
    const response = this.#resolve(described.responses[String(status)]);
    const shown = Buffer.from(body).toString('utf8').slice(0, 500);
    assert.ok(response !== null, `${operation} may answer ${status}: ${shown}`);
    const type = String(headers['content-type'] ?? '').split(';', 1)[0] ?? '';
    const media = response.content?.[type];
    assert.ok(media !== undefined, `${operation} may answer ${status} with ${type}`);
    if (media.schema !== undefined) this.#validate(`${operation} ${status}`, media.schema, body);
    if (status < 300) this.#seen.add(operation);
  }

  #validate(name: string, schema: object, body: Uint8Array): void {
    const whole = { ...schema, components: this.#document.components };
    const validate = this.#ajv.compile(whole);
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    assert.ok(validate(value), `${name}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(value).slice(0, 800)}`);
  }

  #resolve(response: Response | undefined): Response | null {
    if (response?.$ref === undefined) return response ?? null;
    return this.#document.components.responses[response.$ref.split('/').at(-1) ?? ''] ?? null;
  }
}

/** Has every object that names its members take no others. */
function closeObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closeObjects);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, closeObjects(item)]));
  const isForm = copy['type'] === 'object' && 'properties' in copy && !('additionalProperties' in copy);
  return isForm ? { ...copy, additionalProperties: false } : copy;
}
