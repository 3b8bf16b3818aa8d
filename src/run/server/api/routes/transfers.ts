import { formatMicros, micros, Type } from '#base/core/index.ts';
import { TRANSFER_MECHANISMS } from '../../control/transfer-book.ts';
import type { Transfer, TransferMechanism } from '../../control/transfer-book.ts';
import { closed, listOf, orNull, text, time } from '../forms.ts';
import { PLATFORM } from '../route.ts';
import type { Route } from '../route.ts';
import { parseTime } from './parse-time.ts';

const ACCESS = { action: 'administer', resource: () => PLATFORM } as const;
const REGION = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_-]{0,62}$' });
const MECHANISM = Type.Enum(TRANSFER_MECHANISMS);

const TRANSFER = Type.Object({
  id: text,
  from: text,
  to: text,
  mechanism: MECHANISM,
  document: text,
  expires: time,
  recorded: time,
  ended: orNull(time),
});

/** The register of transfers of data between regions. */
export const TRANSFER_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/transfers',
    summary: 'Transfers between regions, those that ended included',
    access: ACCESS,
    answer: { json: Type.Object({ transfers: listOf(TRANSFER) }) },
    handle: async (_request, { transfers }) => ({ json: { transfers: transfers.list().map(show) } }),
  },
  {
    method: 'POST',
    path: '/v1/transfers',
    summary: 'Record a transfer: data of one region may be given to who is in another, until it expires or is ended',
    access: ACCESS,
    body: closed({
      from: REGION,
      to: REGION,
      mechanism: MECHANISM,
      document: Type.String({ minLength: 1, maxLength: 512 }),
      expires: time,
    }),
    answer: { status: 201, json: TRANSFER },
    handle: async ({ body, caller }, { transfers }) => {
      const { expires, ...rest } = body as {
        readonly from: string;
        readonly to: string;
        readonly mechanism: TransferMechanism;
        readonly document: string;
        readonly expires: string;
      };
      const request = { ...rest, expires: parseTime(expires, 'expires') };
      return { status: 201, json: show(await transfers.record(caller.actor, request)) };
    },
  },
  {
    method: 'POST',
    path: '/v1/transfers/:id/end',
    summary: 'End a transfer: it counts no more from the next decision on',
    access: ACCESS,
    body: closed({}),
    answer: { json: Type.Object({ id: text }) },
    handle: async ({ params, caller }, { transfers }) => {
      const id = params['id'] ?? '';
      await transfers.end(caller.actor, id);
      return { json: { id } };
    },
  },
];

function show({ expires, recorded, ended, ...transfer }: Transfer) {
  const timeOf = (value: number): string => formatMicros(micros(value));
  return {
    ...transfer,
    expires: timeOf(expires),
    recorded: timeOf(recorded),
    ended: ended === null ? null : timeOf(ended),
  };
}
