import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import type { ApiAnswer } from '../door-trials.ts';

const FLOOD = 96;
const AT_ONCE = 8;
/** A route that no caller may ask more often than sixty times a minute. */
const ROUTE = '/v1/prove';

/** Asks as a person without a role for more than anybody may, while the prober asks for little, during it and after. */
export const apiFloodsAreHeldBack: Control = {
  id: 'api-floods-are-held-back',
  row: 15,
  covers: 'part',
  statement: 'a caller that floods the API hears 429 with when to come again, while another caller is served',
  requirements: ['iso-27001:A.8.6', 'nist-csf:PR.IR-04'],
  probe: async (platform) => {
    const answers: ApiAnswer[] = [];
    const flood = async (): Promise<void> => {
      while (answers.length < FLOOD) answers.push(await platform.call('POST', ROUTE, { rows: [], ids: [] }, 'person'));
    };
    const flooding = Array.from({ length: AT_ONCE }, flood);
    // Somebody else asks meanwhile, and once more when all is over.
    const during = platform.call('GET', '/v1/views', null, 'prober');
    await Promise.all(flooding);
    const quiet = [await during, await platform.call('GET', '/v1/views', null, 'prober')];
    const limited = answers.filter(({ status }) => status === 429);
    const told = limited.filter(
      ({ headers = {} }) =>
        Number(headers['retry-after']) >= 1 &&
        /;q=\d+;w=\d+/.test(headers['ratelimit-policy'] ?? '') &&
        /;r=0;t=\d+/.test(headers['ratelimit'] ?? ''),
    );
    return judge(
      {
        'what is too much is refused': limited.length >= FLOOD / 8,
        'not all of it is': limited.length < answers.length,
        'each refusal says what the limit is and when to come again': told.length === limited.length,
        'nothing of it is done': answers.every(({ status }) => status === 429 || status === 403),
        'another caller is served': quiet.every(({ status }) => status === 200),
      },
      { sent: answers.length, limited: limited.length, told: told.length, quiet: quiet.map(({ status }) => status) },
    );
  },
};
