import { Type } from '#base/core/index.ts';
import { closed, listOf } from './schema-forms.ts';
import * as words from './vocabulary.ts';

/** Actions whose requests can be asked to be signed. A table is loaded as it comes, before its digest is known. */
const action = Type.Enum(
  words.GRANTABLE_ACTIONS.filter((word) => word !== 'table'),
  { title: 'an action that roles can be granted, but `table`' },
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
