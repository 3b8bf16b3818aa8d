import { Type } from '#base/core/index.ts';
import { listOf, orNull, text } from '../forms.ts';
import type { Route } from '../route.ts';

const VALUE = Type.Union([
  Type.String({ minLength: 1, maxLength: 4_096 }),
  Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
]);
const SHOWN = Type.Union([text, Type.Integer()]);
const VALUES = Type.Array(VALUE, { minItems: 1, maxItems: 100 });

const PLACE = {
  view: Type.String({ maxLength: 64, description: 'A stream or table.' }),
  column: Type.String({ maxLength: 64, description: 'A column of it whose tokens have a way back.' }),
  purpose: Type.String({ minLength: 1, maxLength: 64, description: 'What for.' }),
};

interface Asked {
  readonly view: string;
  readonly column: string;
  readonly purpose: string;
}

export const TOKEN_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/tokens/originals',
    long: true,
    summary: 'What tokens of a column stand for, each an entry of the log',
    access: 'within',
    answer: { json: Type.Object({ values: listOf(Type.Object({ token: SHOWN, original: orNull(SHOWN) })) }) },
    body: Type.Object({ ...PLACE, tokens: VALUES }, { additionalProperties: false }),
    handle: async ({ caller, body, signal }, { tokenDesk }) => {
      const { tokens, ...place } = body as unknown as Asked & { tokens: (string | number)[] };
      const originals = await tokenDesk.originals(caller, place, tokens, signal);
      return { json: { values: tokens.map((token, i) => ({ token, original: originals[i] ?? null })) } };
    },
  },
  {
    method: 'POST',
    path: '/v1/tokens',
    summary: 'The tokens that originals have in a column, each an entry of the log',
    access: 'within',
    answer: { json: Type.Object({ values: listOf(Type.Object({ original: SHOWN, token: orNull(SHOWN) })) }) },
    body: Type.Object({ ...PLACE, originals: VALUES }, { additionalProperties: false }),
    handle: async ({ caller, body }, { tokenDesk }) => {
      const { originals, ...place } = body as unknown as Asked & { originals: (string | number)[] };
      const tokens = await tokenDesk.tokens(caller, place, originals);
      return { json: { values: originals.map((original, i) => ({ original, token: tokens[i] ?? null })) } };
    },
  },
];
