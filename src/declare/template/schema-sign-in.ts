import { Type } from '#base/core/index.ts';
import { closed, duration, listOf, mapOf, oneOrMany, prose } from './schema-forms.ts';
import * as words from './vocabulary.ts';

const url = (description: string, examples: string[]) =>
  Type.String({
    pattern: '^https?://[^\\s?#]+$',
    maxLength: 1_024,
    title: 'an address that starts with `https://`',
    description,
    examples,
  });

const text = (title: string) => Type.String({ minLength: 1, maxLength: 255, title });

/** A public key as JSON Web Key; which members it needs, the check beside the schema knows. */
const jsonWebKey = Type.Unsafe<Record<string, string | readonly string[]>>({
  type: 'object',
  title: 'a JSON Web Key',
  additionalProperties: {
    anyOf: [
      { type: 'string', maxLength: 8_192, title: 'a text' },
      { type: 'array', items: { type: 'string', title: 'a text' }, maxItems: 16, title: 'a list of texts' },
    ],
  },
  maxProperties: 24,
});

/** Which claims give a role: all that are named, each with one of its values. */
const claims = Type.Unsafe<Record<string, string | boolean | readonly string[]>>({
  type: 'object',
  title: 'a mapping of claims to values',
  description: 'Claims that give the role; all that are named must be there with one of the values.',
  propertyNames: {
    pattern: '^[\\x21-\\x7e]{1,200}$',
    title: 'the name of a claim, or a path such as `realm_access.roles`',
  },
  additionalProperties: {
    anyOf: [
      { type: 'string', minLength: 1, maxLength: 255, title: 'a value' },
      { type: 'boolean', title: '`true` or `false`' },
      {
        type: 'array',
        items: { type: 'string', minLength: 1, maxLength: 255, title: 'a value' },
        minItems: 1,
        maxItems: 256,
        uniqueItems: true,
        title: 'a list of values',
      },
    ],
  },
  maxProperties: 16,
});

const login = Type.Object(
  {
    client: text('the client id that the provider knows Weir by'),
    scopes: Type.Optional(
      listOf(text('a scope'), 'a list of scopes', 'Scopes that are asked for. Default openid and profile.'),
    ),
  },
  { ...closed, title: 'a mapping of `client` and `scopes`', description: 'Lets people sign in through this provider.' },
);

/** Who may vouch for people and programs. */
export const issuer = Type.Object(
  {
    description: Type.Optional(prose),
    issuer: url('The issuer as its tokens name it.', ['https://id.example.com/realms/plant']),
    audience: Type.Optional(
      oneOrMany(
        text('an audience'),
        'audiences',
        'Audience that its access tokens must name. Without one, none is taken.',
      ),
    ),
    keys: Type.Optional(
      Type.Union(
        [
          url('Where its keys are.', ['https://id.example.com/realms/plant/certs']),
          Type.Array(jsonWebKey, { title: 'a list of JSON Web Keys', minItems: 1, maxItems: 16 }),
        ],
        { description: 'Its public keys, or where they are. Default: as its discovery document says.' },
      ),
    ),
    ca: Type.Optional(
      Type.String({
        pattern: '\\.(pem|crt)$',
        maxLength: 200,
        title: 'a file that ends with `.pem` or `.crt`',
        description: 'Certificate authority that its address is checked against. Default: those of Node.',
      }),
    ),
    algorithms: Type.Optional(
      Type.Array(Type.Enum(words.TOKEN_ALGORITHMS), {
        uniqueItems: true,
        minItems: 1,
        maxItems: words.TOKEN_ALGORITHMS.length,
        title: 'a list of signature algorithms',
        description: 'Algorithms that its signatures may have. Default ES256, EdDSA, PS256, RS256.',
      }),
    ),
    'clock-skew': Type.Optional(duration('How far its clock may be off. Default 30s, at most 5m.', ['30s'])),
    proof: Type.Optional(
      Type.Enum(words.TOKEN_PROOFS, {
        description:
          '`required`: its access tokens count only with proof of possession of the key they are bound to; `nonce`: and DPoP proofs only with a nonce of the platform.',
      }),
    ),
    roles: mapOf(claims, words.WORD_PATTERN, 64, 'Roles by the claims that give them.'),
    login: Type.Optional(login),
  },
  { ...closed, title: 'an identity provider', description: 'Who may vouch for people and programs.' },
);

/** How people and programs sign in. */
export const signIn = Type.Object(
  {
    session: Type.Optional(duration('Longest life of a session. Default 8h, at most 7d.', ['8h'])),
    idle: Type.Optional(duration('How long a session may be unused. Default 1h.', ['1h'])),
    issuers: Type.Optional(mapOf(issuer, words.WORD_PATTERN, 16, 'Identity providers by name.')),
  },
  { ...closed, title: 'a mapping of `session`, `idle` and `issuers`', description: 'How people and programs sign in.' },
);
