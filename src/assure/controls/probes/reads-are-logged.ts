import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Runs one query and one that is refused, and looks for both in the log. */
export const readsAreLogged: Control = {
  id: 'reads-are-logged',
  row: 31,
  covers: 'part',
  statement: 'every query, answered or refused, stands in the log',
  requirements: ['gdpr:30', 'iso-27001:A.8.15', 'nist-csf:PR.PS-04'],
  probe: async (platform) => {
    const since = platform.now();
    const answered = await platform.query('select count(*) as n from _probe');
    const refused = await platform.query("select * from read_text('/etc/passwd')");
    const logged = await platform.logged('query', 'view:_probe', since);
    const denied = await platform.logged('query', 'statement', since);
    return judge(
      {
        'the query is answered': answered.status === 200,
        'the other is not': refused.status >= 400,
        'the first is logged': logged,
        'the second is logged': denied,
      },
      { answered: answered.status, refused: refused.status, logged, denied },
    );
  },
};
