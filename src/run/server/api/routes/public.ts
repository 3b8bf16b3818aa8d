import { ApiError } from '../errors.ts';
import { text } from '../forms.ts';
import { Type } from '#base/core/index.ts';
import type { Route } from '../route.ts';
import { securityTxt } from '../security-txt.ts';

const PLAIN = 'text/plain; charset=utf-8';
const STATE = { json: Type.Object({ status: text }) } as const;

/** What is there for everybody and says nothing of what is inside. */
export const PUBLIC_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the platform answers at all',
    access: 'open',
    answer: STATE,
    handle: async () => ({ json: { status: 'ok' } }),
  },
  {
    method: 'GET',
    path: '/readyz',
    summary: 'Whether readings are taken and questions answered',
    access: 'open',
    answer: STATE,
    handle: async (_request, services) => {
      if (services.ready()) return { json: { status: 'ok' } };
      throw new ApiError('API_NOT_READY', 'Cannot serve yet: a part of the platform is starting');
    },
  },
  {
    method: 'GET',
    path: '/.well-known/security.txt',
    summary: 'Where to report a weakness (RFC 9116)',
    access: 'open',
    answer: { media: ['text/plain'] },
    handle: async (_request, { templates, clock }) => {
      const contact = templates.current.api?.contact ?? [];
      if (contact.length === 0) throw new ApiError('API_ROUTE_UNKNOWN', 'Cannot answer: there is no such route');
      return { text: securityTxt(contact, clock.now()), contentType: PLAIN };
    },
  },
];
