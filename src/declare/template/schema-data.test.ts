import assert from 'node:assert/strict';
import { test } from 'node:test';

import { field, stream } from './schema-data.ts';
import type { Field, Stream } from './types.ts';

const kebab = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

test('field and stream have a key for every member of what they become', () => {
  const fieldMembers: readonly (keyof Field)[] = [
    'type',
    'unit',
    'range',
    'step',
    'class',
    'enum',
    'pattern',
    'maxLength',
    'nullable',
    'description',
    'coarsen',
    'purposes',
    'tokenise',
    'token',
  ];
  assert.deepEqual(Object.keys(field.properties).sort(), fieldMembers.map(kebab).sort());
  const streamMembers: readonly (keyof Stream)[] = [
    'description',
    'from',
    'purposes',
    'features',
    'type',
    'basis',
    'keep',
    'accept',
    'rate',
    'subject',
    'undeclared',
    'onRefusal',
    'posture',
    'privacy',
    'coarsenTime',
    'aggregate',
    'region',
    'archive',
    'unstated',
    'fields',
  ];
  assert.deepEqual(Object.keys(stream.properties).sort(), [...streamMembers.map(kebab), 'unenforced'].sort());
});

test('field requires its type only', () => {
  assert.deepEqual(field.required, ['type']);
});
