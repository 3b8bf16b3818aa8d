import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { onlyViewsCanBeAsked } from './only-views-can-be-asked.ts';

test('onlyViewsCanBeAsked turns red', () =>
  assertTurnsRed(onlyViewsCanBeAsked, {
    'everything is answered': { query: async () => ({ status: 200, body: [] }) },
    'nothing is answered': { query: async () => ({ status: 400, body: null }) },
    'a stream of users is answered': {
      query: async (sql) => ({ status: /_probe|"closed"/.test(sql) ? 200 : 400, body: [] }),
    },
    'other views are listed': {
      query: async (sql) => ({
        status: /^select count.* from _probe$|table_name/.test(sql) ? 200 : 400,
        body: [{ table_name: '_probe' }, { table_name: 'climate' }],
      }),
    },
    'files are answered': { query: async (sql) => ({ status: /count|read_text/.test(sql) ? 200 : 400, body: [] }) },
  }));
