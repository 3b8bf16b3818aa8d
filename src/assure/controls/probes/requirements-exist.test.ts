import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { requirementsExist } from './requirements-exist.ts';

test('requirementsExist turns red', () =>
  assertTurnsRed(requirementsExist, {
    'one does not exist': { controls: () => [{ id: 'a', requirements: ['gdpr:32', 'gdpr:100'], last: false }] },
    'a control names none': { controls: () => [{ id: 'a', requirements: [], last: false }] },
    'there are no controls': { controls: () => [] },
  }));
