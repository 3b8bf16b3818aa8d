import { Type } from '#base/core/index.ts';
import { closed, listOf } from './schema-forms.ts';
import * as words from './vocabulary.ts';

/** Actions whose requests can be asked to be signed. A table is loaded as it comes, before its digest is known. */
const action = Type.Enum(
  words.GRANTABLE_ACTIONS.filter((word) => word !== 'table'),
  { title: 'an action that roles can be granted, but `table`' },
);

/** Where traces of requests go. */
export const traces = Type.Object(
  {
    endpoint: Type.String({
      maxLength: 512,
      pattern: '^(https://[A-Za-z0-9.-]+|https?://(localhost|127\\.0\\.0\\.1|\\[::1\\]))(:[0-9]{1,5})?/[\\x21-\\x7e]*$',
      title: 'an address such as `https://collector.example.com:4318/v1/traces`',
      description: 'Where a collector takes OTLP over HTTP. Without TLS on this machine only.',
      examples: ['https://collector.example.com:4318/v1/traces'],
    }),
    headers: Type.Optional(
      Type.String({
        maxLength: 64,
        pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)*$',
        title: 'the name of a file in the folder `traces` of the data directory',
        description: 'A file in the folder `traces` of the data directory: fields that are sent to the collector.',
        examples: ['collector.headers'],
      }),
    ),
    sample: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Share of requests that are traced. Default 0.1.' }),
    ),
  },
  {
    ...closed,
    title: 'a mapping of `endpoint`, `headers` and `sample`',
    description: 'Where traces of requests go (OpenTelemetry).',
  },
);

/** How the API meets those who call it. */
export const api = Type.Object(
  {
    contact: Type.Optional(
      listOf(
        Type.String({
          minLength: 1,
          maxLength: 256,
          pattern: '^(mailto:|https://|tel:)[\\x21-\\x7e]+$',
          title: 'a URI such as `mailto:security@example.com`',
        }),
        'a list of URIs',
        'Where to report a weakness, for `/.well-known/security.txt` (RFC 9116).',
      ),
    ),
    origins: Type.Optional(
      listOf(
        Type.String({
          maxLength: 256,
          pattern: '^https://[a-z0-9.-]+(:[0-9]{1,5})?$',
          title: 'an origin such as `https://console.example.com`',
        }),
        'a list of origins',
        'Web pages of other origins that may call the API with a bearer token. Default none.',
      ),
    ),
    signatures: Type.Optional(
      listOf(action, 'a list of actions', 'Actions whose requests must carry a signature (RFC 9421). Default none.'),
    ),
  },
  { ...closed, description: 'How the API meets those who call it.' },
);
