import type { Json } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { USELESS_CREDENTIAL_KINDS } from '../door-trials.ts';

const ASKED = '/v1/segments/columns';

/** Shows keys, sessions and tokens that are good, that are good for less, and that are good for nothing. */
export const endedCredentialsAreRefused: Control = {
  id: 'ended-credentials-are-refused',
  row: 16,
  covers: 'part',
  statement:
    'a key lets in for what it was made for; a key or session that was ended, a token without signature or of an unknown key lets nobody in, and all of them are answered alike',
  requirements: ['iso-27001:A.5.17', 'iso-27001:A.8.5', 'nist-csf:PR.AA-03'],
  probe: async (platform) => {
    const good = await platform.showCredential('good-key', ASKED);
    const narrow = await platform.showCredential('narrow-key', ASKED);
    const answers: Record<string, Json> = {};
    const texts = new Set<string>();
    for (const kind of USELESS_CREDENTIAL_KINDS) {
      const { status, body } = await platform.showCredential(kind, ASKED);
      answers[kind] = status;
      texts.add(JSON.stringify(body));
    }
    return judge(
      {
        'a good key lets in': good.status === 200,
        'a key for something else does not': narrow.status === 403,
        'nothing that was ended or forged lets in': Object.values(answers).every((status) => status === 401),
        'all are answered alike': texts.size === 1,
      },
      { good: good.status, narrow: narrow.status, ...answers, answersTold: texts.size },
    );
  },
};
