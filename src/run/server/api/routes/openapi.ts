import { Type } from '#base/core/index.ts';
import { packageVersion } from '../../control/package-files.ts';
import { openApiDocument } from '../openapi.ts';
import type { Route } from '../route.ts';

/**
 * The description of all routes, its own among them.
 *
 * @param routes read when it is asked for, since this route is one of them
 */
export function openApiRoutes(routes: () => readonly Route[]): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/openapi.json',
      summary: 'This document',
      access: 'open',
      answer: { json: Type.Object({ openapi: Type.Enum(['3.1.1'] as const) }, { additionalProperties: true }) },
      handle: async () => ({ json: openApiDocument(routes(), packageVersion) }),
    },
  ];
}
