import { formatMicros, Type } from '#base/core/index.ts';
import type { Person } from '#trust/identity/index.ts';
import { listOf, text, time } from '../forms.ts';

/** The entry of somebody, as a resource of the policy. @param id `*` for all of them */
export const person = (id: string) => ({ type: 'person', name: id }) as const;

/** The form of somebody as the API shows them. */
export const PERSON = Type.Object({
  id: text,
  kind: text,
  name: text,
  roles: listOf(text),
  region: Type.Optional(text),
  status: text,
  created: time,
});

/** What somebody new is made of. */
export const NEW_PERSON = Type.Object(
  { name: Type.String({ maxLength: 64 }), roles: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 32 }) },
  { additionalProperties: false },
);

/** Somebody as the API shows them. */
export const showPerson = ({ id, kind, name, roles, region, status, created }: Person) => ({
  id,
  kind,
  name,
  roles,
  ...(region === undefined ? {} : { region }),
  status,
  created: formatMicros(created),
});
