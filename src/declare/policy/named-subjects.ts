import { isSystemName } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { ACTION_RULES, RESOURCE_TYPES } from './actions.ts';
import type { Action, ResourceType } from './actions.ts';
import type { Resource, Subject } from './types.ts';

/** Kinds of subjects as people write them: `role:scientist`, `device:pump`, `operator`, `agent:bot/scientist`. */
const WHO = /^(?:(role|service|device):([\w-]+(?:\+[\w-]+)*)|(operator)|agent:([\w-]+)\/([\w-]+))$/;

/**
 * The subject that a text means: somebody with some roles (`role:a+b`, or just `a`), a program with them
 * (`service:a`), a device of a type (`device:pump`), the operator's own credential (`operator`), or an agent with one
 * role that acts for somebody with another (`agent:a/b`). Null where the text means none.
 */
export function subjectOf(text: string): Subject | null {
  const [, kind, names = '', operator, own, principal] =
    WHO.exec(text.includes(':') || text === 'operator' ? text : `role:${text}`) ?? [];
  if (operator !== undefined) return person('operator', [], 'operator');
  if (own !== undefined && principal !== undefined) {
    return { ...person(text, [own], 'agent'), actsFor: person(`role:${principal}`, [principal], 'person') };
  }
  if (kind === undefined) return null;
  if (kind === 'device') return { id: `a-${names}`, kind, roles: [], standing: 'good', deviceType: names };
  return person(`${kind}:${names}`, names.split('+'), kind === 'service' ? 'service' : 'person');
}

/** Somebody with one role and nothing else. */
export function subjectWith(role: string): Subject {
  return person(`role:${role}`, [role], 'person');
}

function person(id: string, roles: readonly string[], kind: Subject['kind']): Subject {
  return { id, kind, roles, standing: 'good', deviceType: null };
}

/** One subject for each role of a template, the operator, and each type of device, by the text that means it. */
export function subjectsOf(template: Template): ReadonlyMap<string, Subject> {
  const texts = [
    ...[...template.people.keys()].filter((name) => name !== 'operator').map((name) => `role:${name}`),
    'operator',
    ...[...template.devices.keys()].filter((name) => !isSystemName(name)).map((name) => `device:${name}`),
  ];
  return new Map(
    texts.flatMap((text) => {
      const subject = subjectOf(text);
      return subject === null ? [] : [[text, subject] as const];
    }),
  );
}

/**
 * The resource that a text means for an action: `type:name`, or the name alone where the action is for one type; the
 * type alone where it has but one of it. Null where the text means none.
 */
export function parseResource(text: string, action: Action): Resource | null {
  const on: readonly ResourceType[] = ACTION_RULES[action].on;
  const [first = '', ...rest] = text.split(':');
  const type = RESOURCE_TYPES.find((known) => known === first);
  if (rest.length > 0) return type === undefined ? null : { type, name: rest.join(':') };
  if (type !== undefined && on.includes(type)) return { type, name: '*' };
  const [only] = on;
  return only === undefined || on.length > 1 || text === '' ? null : { type: only, name: text };
}
