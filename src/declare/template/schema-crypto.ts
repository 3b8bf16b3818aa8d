import { Type } from '#base/core/index.ts';
import { CERTIFICATE_ALGORITHMS, CHECKPOINT_ALGORITHMS } from '#base/crypto/index.ts';
import { closed } from './schema-forms.ts';

/** Which algorithms new signatures are made with. */
export const crypto = Type.Object(
  {
    checkpoints: Type.Optional(
      Type.Array(Type.Enum(CHECKPOINT_ALGORITHMS), {
        minItems: 1,
        maxItems: CHECKPOINT_ALGORITHMS.length,
        uniqueItems: true,
        title: `a list of ${CHECKPOINT_ALGORITHMS.map((id) => `\`${id}\``).join(' and ')}`,
        description: 'What new checkpoints of the audit log are signed with, each a line. Default both.',
      }),
    ),
    certificates: Type.Optional(
      Type.Enum(CERTIFICATE_ALGORITHMS, {
        description: 'What new certificates of devices, people and programs are signed with. Default ecdsa-p256.',
      }),
    ),
  },
  { ...closed, title: 'a mapping of `checkpoints` and `certificates`', description: 'Algorithms of new signatures.' },
);
