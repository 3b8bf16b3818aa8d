import {
  fewer,
  isSubset,
  isWiderRange,
  judgeAddress,
  judgeApi,
  judgeTraces,
  judgeBasis,
  judgeClass,
  judgeDetectors,
  judgeField,
  judgeMask,
  judgePolicies,
  judgePurposes,
  judgeQuery,
  judgeRows,
  judgeTokenKind,
  judgeTokens,
  judged,
  larger,
  opaque,
  ranked,
  widening,
  wordsGrow,
} from './diff-judges.ts';
import type { JudgedChange, PlainChange } from './diff-judges.ts';
import { judgeCrypto } from './judge-crypto.ts';

type Judge = (change: PlainChange) => JudgedChange;

/** Rules by place; `*` stands for any name. The first that fits judges. */
const RULES: readonly (readonly [string, Judge])[] = [
  [
    'streams.*.fields.*.type',
    () => judged('refused', 'the type of a field cannot change: declare a field of a new name, or a new stream'),
  ],
  [
    'tables.*.fields.*.type',
    () => judged('refused', 'the type of a column cannot change: declare a column of a new name, or a new table'),
  ],
  [
    'devices.*.certificate.life',
    ({ before, after }) => larger(before ?? 0, after ?? 0, 'certificates live longer', 'certificates live shorter'),
  ],
  [
    'devices.*.certificate.renewBefore',
    ({ before, after }) =>
      larger(before ?? 0, after ?? 0, 'certificates may be renewed earlier', 'certificates are renewed later'),
  ],
  ['devices.*.manufacturers', ({ before, after }) => wordsGrow(before ?? [], after ?? [], 'manufacturers')],
  ['manufacturers.*.anchors', () => judged('weakens', 'other authorities vouch for its devices')],
  [
    'manufacturers.*',
    ({ kind }) => judged(kind === 'removed' ? 'strengthens' : 'weakens', 'whose devices may enrol by themselves'),
  ],
  ['streams.*.fields.*.class', judgeClass],
  ['tables.*.fields.*.class', judgeClass],
  [
    '*.*.fields.*.range',
    ({ before, after }) => widening(isWiderRange(before, after), isWiderRange(after, before), 'range'),
  ],
  ['*.*.fields.*.step', ({ before, after }) => fewer(before, after, 'the step check')],
  [
    '*.*.fields.*.step.perSecond',
    ({ before, after }) => larger(before, after, 'a larger change is admitted', 'only a smaller change is admitted'),
  ],
  ['*.*.fields.*.pattern', ({ before, after }) => opaque(before, after, 'pattern')],
  [
    '*.*.fields.*.enum',
    ({ before, after }) =>
      Array.isArray(before) && Array.isArray(after)
        ? wordsGrow(before, after, 'allowed texts')
        : fewer(before, after, 'the list of allowed texts'),
  ],
  [
    '*.*.fields.*.maxLength',
    ({ before, after }) => larger(before, after, 'longer texts are admitted', 'only shorter texts are admitted'),
  ],
  [
    '*.*.fields.*.coarsen',
    ({ kind, before, after }) =>
      kind === 'changed'
        ? larger(after, before, 'finer values are stored', 'coarser values are stored')
        : fewer(before, after, 'coarsening'),
  ],
  ['*.*.fields.*.tokenise', judgeTokens],
  ['*.*.fields.*.token', judgeTokenKind],
  [
    'streams.*.fields.*.withheld',
    ({ after }) =>
      after === true
        ? judged('strengthens', 'nobody uses it for what it is for: new readings are stored without it')
        : judged('weakens', 'somebody uses it for what it is for: it is stored from now on'),
  ],
  [
    'streams.*.fields.*.purposes',
    ({ before, after }) =>
      Array.isArray(before) && Array.isArray(after)
        ? wordsGrow(before, after, 'purposes of the field')
        : fewer(before, after, 'the purposes of the field alone'),
  ],
  [
    'streams.*.aggregate',
    ({ kind }) =>
      kind === 'added'
        ? judged('strengthens', 'readings become rows of windows at the door: none of them is stored from now on')
        : judged('weakens', 'readings are stored one by one from now on'),
  ],
  [
    'streams.*.aggregate.every',
    ({ before, after }) => larger(after, before, 'windows are shorter: finer rows are stored', 'windows are longer'),
  ],
  ['streams.*.aggregate.wait', () => judged('neutral', 'windows take readings for another time after their end')],
  ['streams.*.aggregate.*', () => judged('weakens', 'windows keep other measures of readings')],
  [
    'streams.*.coarsenTime',
    ({ before, after }) => larger(after ?? 0, before ?? 0, 'finer times are stored', 'coarser times are stored'),
  ],
  [
    '*.*.fields.*.nullable',
    ({ after }) =>
      judged(
        'neutral',
        after === true ? 'it may be left out from now on' : 'readings without it are refused from now on',
      ),
  ],
  ['streams.*.fields.*', judgeField],
  ['streams.*.features', judgeFeature],
  ['streams.*.features.*', judgeFeature],
  ['streams.*.features.*.*', judgeFeature],
  ['streams.*.features.*.settings.*', judgeFeature],
  ['streams.*.from', ({ before, after }) => wordsGrow(before, after, 'types of devices that may publish')],
  ['*.*.purposes', judgePurposes],
  ['streams.*.basis', judgeBasis],
  [
    'streams.*.keep.max',
    ({ before, after }) =>
      larger(
        before ?? Infinity,
        after ?? Infinity,
        'readings are kept longer',
        'readings are erased sooner, stored ones too',
      ),
  ],
  [
    'streams.*.keep.min',
    ({ before, after }) =>
      larger(before ?? 0, after ?? 0, 'readings have to be kept longer', 'readings may be erased sooner'),
  ],
  [
    'classes.*.keep.max',
    ({ before, after }) =>
      larger(before ?? Infinity, after ?? Infinity, 'such readings are kept longer', 'such readings are erased sooner'),
  ],
  [
    'classes.*.keep.min',
    ({ before, after }) =>
      larger(before ?? 0, after ?? 0, 'such readings have to be kept longer', 'such readings may be erased sooner'),
  ],
  ['classes', () => judged('weakens', 'what follows from classes is another')],
  ['classes.*', () => judged('weakens', 'what follows from the class is another')],
  ['classes.*.*', () => judged('weakens', 'what follows from the class is another')],
  ['objects', () => judged('weakens', 'segments may lie elsewhere')],
  ['objects.*', () => judged('weakens', 'segments may lie elsewhere')],
  ['objects.*.*', () => judged('weakens', 'the place is another, or reached in another way')],
  ['objects.*.s3.*', () => judged('weakens', 'the place is another, or reached in another way')],
  [
    'streams.*.region',
    ({ before }) =>
      before === null
        ? judged('strengthens', 'a region is named')
        : judged('weakens', 'its readings belong elsewhere from now on'),
  ],
  ['streams.*.archive', () => judged('neutral', 'when its segments go to another place')],
  ['streams.*.archive.*', () => judged('neutral', 'when its segments go to another place')],
  [
    '*.*.unstated',
    ({ after }) =>
      after === 'show'
        ? judged('weakens', 'statements need not state a purpose')
        : judged('strengthens', 'statements state a purpose'),
  ],
  ['views.*.declassify', () => judged('weakens', 'columns have a milder class than what they are made from')],
  [
    'views.*.crosses',
    ({ after }) => judged(after === true ? 'weakens' : 'strengthens', 'whether it leaves its region'),
  ],
  ['people.*.region', () => judged('weakens', 'its people are elsewhere, and see what may be seen there')],
  [
    'streams.*.accept.*',
    ({ before, after }) => larger(before, after, 'older or earlier times are believed', 'fewer times are believed'),
  ],
  ['streams.*.subject', ({ before, after }) => fewer(before, after, 'the link to the person that a reading is about')],
  [
    'streams.*.undeclared',
    ({ after }) =>
      judged(
        after === 'refuse' ? 'strengthens' : 'weakens',
        after === 'refuse'
          ? 'readings with undeclared fields are refused'
          : 'undeclared fields are dropped instead of refused',
      ),
  ],
  [
    'streams.*.posture',
    ({ after }) =>
      after === 'required'
        ? judged('strengthens', 'only devices whose posture is fresh publish')
        : judged('weakens', 'the posture of devices is no longer asked for'),
  ],
  [
    'streams.*.privacy',
    ({ kind }) =>
      kind === 'added'
        ? judged('strengthens', 'its rows are seen by roles that name it; private views answer with noise')
        : judged('weakens', 'the stream has no privacy budget any more: who queries all sees its rows'),
  ],
  [
    'streams.*.privacy.epsilon',
    ({ before, after }) => larger(before, after, 'answers may tell more of a person', 'answers may tell less'),
  ],
  [
    'streams.*.privacy.delta',
    ({ before, after }) => larger(before, after, 'the chance that more is told grows', 'that chance shrinks'),
  ],
  [
    'streams.*.privacy.renew',
    ({ before, after }) =>
      larger(after ?? Infinity, before ?? Infinity, 'budgets come more often', 'budgets come less often'),
  ],
  ['streams.*.privacy.*', () => judged('neutral', 'the budget is shared out otherwise')],
  ['views.*.private', ({ kind }) => judged(kind === 'added' ? 'strengthens' : 'weakens', 'whether rows are shown')],
  ['views.*.keys', () => judged('neutral', 'answers may be grouped by other keys')],
  ['policies', judgePolicies],
  [
    'streams.*.acceptUnenforced',
    ({ after }) =>
      judged(
        after === true ? 'weakens' : 'strengthens',
        after === true
          ? 'the stream runs without all that it declares'
          : 'the stream waits until all that it declares is enforced',
      ),
  ],
  [
    'streams.*',
    ({ kind }) =>
      judged(
        'neutral',
        kind === 'added'
          ? 'a new stream; roles that query all see it'
          : 'its devices are refused; stored readings stay as they are',
      ),
  ],
  [
    'devices.*.identity',
    ({ before, after }) => {
      const effect = after === 'psk' ? 'weakens' : before === 'psk' ? 'strengthens' : 'neutral';
      return judged(effect, 'devices of this type prove themselves in another way');
    },
  ],
  [
    'devices.*.boot',
    ({ before, after }) => ranked(['none', 'verified', 'measured'], before, after, 'proof of a sound start'),
  ],
  [
    'devices.*.clones',
    ({ before, after }) =>
      ranked(['alert', 'cut-newer', 'cut-both'], before ?? 'alert', after ?? 'alert', 'what is done about clones'),
  ],
  ['devices.*.cannot', ({ before, after }) => wordsGrow(before ?? [], after ?? [], 'what devices of this type lack')],
  [
    'devices.*.compensate.*',
    ({ kind }) =>
      judged(
        kind === 'removed' ? 'weakens' : 'neutral',
        kind === 'removed' ? 'nothing makes up for what the device lacks' : 'something else makes up for what it lacks',
      ),
  ],
  [
    'devices.*.mud',
    ({ kind }) =>
      judged(
        kind === 'added' ? 'strengthens' : 'weakens',
        kind === 'added' ? 'its flows are held against a profile' : 'its flows are held against no profile any more',
      ),
  ],
  ['devices.*.mud.text', () => judged('weakens', 'another profile says what devices of this type may do')],
  [
    'devices.*.posture',
    ({ before, after }) =>
      larger(before ?? Infinity, after ?? Infinity, 'older reports of their state count', 'reports have to be newer'),
  ],
  ['devices.*.speaksFor', ({ before, after }) => wordsGrow(before, after, 'types of devices that it may speak for')],
  [
    'views.*.sql',
    () =>
      judged('weakens', 'the view shows something else to the same people; classes of its columns are worked out anew'),
  ],
  [
    'views.*',
    ({ kind }) =>
      judged('neutral', kind === 'added' ? 'a new view; roles that query all see it' : 'the view is gone for everyone'),
  ],
  ['people.*.query', judgeQuery],
  ['people.*.sees', ({ before, after }) => wordsGrow(before, after, 'classes that the role sees')],
  ['people.*.may', ({ before, after }) => wordsGrow(before, after, 'actions of the role')],
  ['people.*.rows.*', judgeRows],
  ['people.*.masks.*', judgeMask],
  [
    'people.*',
    ({ kind }) =>
      kind === 'added'
        ? judged('weakens', 'a new role grants something')
        : judged('strengthens', 'who has only this role loses access'),
  ],
  [
    'approval',
    ({ after }) =>
      after === null
        ? judged('weakens', 'a change that weakens needs nobody else any more')
        : judged('strengthens', 'a change that weakens waits for a second person'),
  ],
  [
    'approval.within',
    ({ before, after }) => larger(before, after, 'proposals may be approved longer', 'proposals end sooner'),
  ],
  [
    'signIn',
    ({ after }) =>
      after === null
        ? judged('strengthens', 'nobody is let in any more for whom an identity provider vouches')
        : judged('weakens', 'an identity provider may vouch for people, or sessions last differently'),
  ],
  ['signIn.session.*', ({ before, after }) => larger(before, after, 'sessions last longer', 'sessions end sooner')],
  [
    'signIn.issuers.*',
    ({ kind }) =>
      kind === 'removed'
        ? judged('strengthens', 'who comes from this identity provider is let in no more')
        : judged('weakens', 'another identity provider may vouch for people and programs'),
  ],
  [
    'signIn.issuers.*.algorithms',
    ({ before, after }) => wordsGrow(before, after, 'algorithms that signatures may have'),
  ],
  ['signIn.issuers.*.audience', ({ before, after }) => wordsGrow(before, after, 'audiences of tokens that are taken')],
  [
    'signIn.issuers.*.clockSkew',
    ({ before, after }) => larger(before, after, 'tokens count longer', 'tokens count less long'),
  ],
  [
    'signIn.issuers.*.proof',
    ({ after }) =>
      after === true
        ? judged('strengthens', 'its tokens need proof of possession')
        : judged('weakens', 'its tokens count without proof of possession'),
  ],
  [
    'signIn.issuers.*.nonce',
    ({ after }) =>
      after === true
        ? judged('strengthens', 'proofs of possession need a nonce')
        : judged('weakens', 'proofs of possession count without a nonce'),
  ],
  ['signIn.issuers.*.description', () => judged('neutral', 'it changes nothing that is protected')],
  ['signIn.issuers.*.*', () => judged('weakens', 'whom this identity provider vouches for, and how, is another')],
  [
    'region',
    ({ before }) =>
      before === 'unspecified'
        ? judged('strengthens', 'a region is named')
        : judged('weakens', 'data belong elsewhere from now on'),
  ],
  [
    'comply',
    ({ before, after }) =>
      isSubset(before, after)
        ? judged('strengthens', 'more frameworks are reported on')
        : judged('weakens', 'a framework is no longer reported on'),
  ],
  [
    'detect.*',
    ({ kind }) =>
      kind === 'added'
        ? judged('strengthens', 'the stream is watched')
        : judged('weakens', 'the stream is no longer watched'),
  ],
  ['detect.*.detectors', ({ before, after }) => judgeDetectors(before, after)],
  ['rules', ({ kind }) => judgeRule(kind)],
  ['rules.*', ({ kind }) => judgeRule(kind)],
  ['webhooks', ({ kind }) => judgeWebhook(kind)],
  ['webhooks.*', ({ kind }) => judgeWebhook(kind)],
  ['webhooks.*.severity', () => judged('neutral', 'other alerts are sent there')],
  ['webhooks.*.*', () => judged('weakens', 'alerts are sent elsewhere, or otherwise')],
  ['listen.address', judgeAddress],
  ['api', judgeApi],
  ['api.*', judgeApi],
  ['traces', judgeTraces],
  ['traces.*', judgeTraces],
  ['crypto', judgeCrypto],
  ['crypto.*', judgeCrypto],
  ['tls.minimum', ({ before, after }) => ranked(['1.2', '1.3'], before, after, 'the lowest version of TLS')],
  ['tls.hybrid', ({ before, after }) => ranked(['prefer', 'require'], before, after, 'post-quantum key exchange')],
];

function judgeFeature({ kind }: PlainChange): JudgedChange {
  return kind === 'added'
    ? judged('strengthens', 'more is computed of its readings, and watched where they are')
    : judged('weakens', 'what is computed of its readings is another, or is watched no longer');
}

/** Judges one difference by its place. */
export function judgeChange(change: PlainChange): JudgedChange {
  const rule = RULES.find(([pattern]) => fits(pattern.split('.'), change.path));
  return rule === undefined ? judged('neutral', 'it changes nothing that is protected') : rule[1](change);
}

function judgeRule(kind: PlainChange['kind']): JudgedChange {
  return kind === 'added'
    ? judged('strengthens', 'more is looked for in the log')
    : judged('weakens', 'something else is looked for in the log, or nothing');
}

function judgeWebhook(kind: PlainChange['kind']): JudgedChange {
  return kind === 'removed'
    ? judged('weakens', 'alerts are no longer sent there')
    : judged('weakens', 'alerts are sent out of the platform');
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length && pattern.every((segment, index) => segment === '*' || segment === path[index])
  );
}
