import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Asks as a person without any role, and as nobody. */
export const noRoleSeesNothing: Control = {
  id: 'no-role-sees-nothing',
  row: 26,
  covers: 'part',
  statement:
    'a person without a role is offered no view and answered no query, and nobody at all is asked who they are',
  requirements: ['gdpr:25', 'iso-27001:A.5.15', 'nist-csf:PR.AA-05'],
  probe: async (platform) => {
    const views = await platform.call('GET', '/v1/views', null, 'person');
    const offered = (views.body as { views?: unknown[] } | null)?.views ?? [];
    const query = await platform.call('POST', '/v1/query', { sql: 'select * from _probe' }, 'person');
    const nobody = await platform.call('POST', '/v1/query', { sql: 'select 1' }, 'nobody');
    return judge(
      {
        'no view is offered': offered.length === 0,
        'the query is refused': query.status >= 400,
        'nobody is asked': nobody.status === 401,
      },
      { views: offered.length, query: query.status, nobody: nobody.status },
    );
  },
};
