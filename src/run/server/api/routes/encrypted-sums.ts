import { Type } from '#base/core/index.ts';
import { closed, count, text } from '../forms.ts';
import type { Route } from '../route.ts';

const NAME = Type.String({ minLength: 1, maxLength: 128 });

/** Sums over values that devices encrypted. */
export const ENCRYPTED_SUM_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/encrypted-sums',
    long: true,
    summary: 'The ciphertext of the sum over the newest encrypted value of each device',
    access: 'within',
    body: closed({ view: NAME, column: NAME, purpose: Type.Optional(Type.String({ maxLength: 64 })) }),
    answer: { json: Type.Object({ count, unreadable: count, sum: text, bytes: count, milliseconds: Type.Number() }) },
    handle: async ({ caller, body, signal }, { encryptedSums }) => {
      const { view, column, purpose } = body as {
        readonly view: string;
        readonly column: string;
        readonly purpose?: string;
      };
      return { json: await encryptedSums.add(caller, view, column, purpose ?? null, signal) };
    },
  },
];
