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
  status: text,
  created: time,
});

/** Somebody as the API shows them. */
export const showPerson = ({ id, kind, name, roles, status, created }: Person) => ({
  id,
  kind,
  name,
  roles,
  status,
  created: formatMicros(created),
});
