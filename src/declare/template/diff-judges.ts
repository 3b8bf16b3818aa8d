import { kindsNamed, STANDARD_GROUP } from './detector-kinds.ts';
import { CLASSES } from '#base/core/index.ts';
import type { Class, Json } from '#base/core/index.ts';
import { isLoopback } from './ip-address.ts';
import type { Template } from './types.ts';

/**
 * What a change does to protection. It weakens where more is admitted, shown or granted, or data are kept longer or
 * protected less; where that cannot be told it counts as weakening. `refused` cannot be applied at all.
 */
export type ChangeEffect = 'neutral' | 'strengthens' | 'weakens' | 'refused';

export interface JudgedChange {
  readonly effect: ChangeEffect;
  readonly explanation: string;
}

export interface PlainChange {
  readonly path: readonly string[];
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before: Json;
  readonly after: Json;
  readonly old: Template;
  readonly new: Template;
}

export function judged(effect: ChangeEffect, explanation: string): JudgedChange {
  return { effect, explanation };
}

export function judgeClass({ before, after }: PlainChange): JudgedChange {
  const stricter = CLASSES.indexOf(after as Class) > CLASSES.indexOf(before as Class);
  return judged(
    stricter ? 'strengthens' : 'weakens',
    `${textOf(after)} governs new batches at once; for stored segments the stricter of ${textOf(before)} and ${textOf(after)} governs until they are re-sealed`,
  );
}

/** What judges a stream: kinds that no longer do weaken, whatever others do; null where the standard ones do. */
export function judgeDetectors(before: Json, after: Json): JudgedChange {
  const kindsOf = (choices: Json): readonly string[] =>
    Array.isArray(choices)
      ? (choices as readonly { readonly kind: string }[]).map(({ kind }) => kind)
      : kindsNamed(STANDARD_GROUP);
  const [had, has] = [kindsOf(before), kindsOf(after)];
  const gone = had.filter((kind) => !has.includes(kind));
  if (gone.length > 0) return judged('weakens', `no longer judged by ${gone.join(', ')}`);
  const more = has.filter((kind) => !had.includes(kind));
  return more.length > 0
    ? judged('strengthens', `judged by ${more.join(', ')}, too`)
    : judged('neutral', 'the same detectors judge otherwise');
}

/** Tokens of a shared domain tie together what before had nothing in common. */
export function judgeTokens({ kind, path, after, new: { streams, tables } }: PlainChange): JudgedChange {
  const [section, relation = '', , name] = path;
  const fields = (section === 'tables' ? tables : streams).get(relation)?.fields;
  const identifies = fields?.find((field) => field.name === name)?.class === 'identifier';
  if (kind === 'removed') {
    return judged(
      'weakens',
      identifies ? `new values become tokens of ${relation}` : 'new values are stored as they are',
    );
  }
  const effect = kind === 'added' && !identifies ? 'strengthens' : 'weakens';
  return judged(effect, `new values become tokens of the domain ${textOf(after)}, which those stored are not`);
}

/** A way back is more than none; another format makes tokens that have nothing in common with those stored. */
export function judgeTokenKind({ before, after }: PlainChange): JudgedChange {
  if (after === null) return judged('strengthens', 'new values have no way back; those in the vault keep theirs');
  if (before === null) return judged('weakens', 'who may detokenise gets back the originals of new values');
  return judged('weakens', 'tokens get another way back, and those stored do not join with new ones');
}

export function judgeField({ kind, path, new: after }: PlainChange): JudgedChange {
  if (kind === 'removed')
    return judged(
      'neutral',
      'it is dropped from new readings; what is stored stays sealed and is no longer in the view',
    );
  const field = after.streams.get(path[1] ?? '')?.fields.find((candidate) => candidate.name === path[3]);
  const required =
    field?.nullable === false
      ? 'readings without it are refused from now on; make it nullable to take both'
      : 'older readings hold null';
  return judged('neutral', `a new field; ${required}`);
}

/** No purpose restricts nothing, so from some to none is the widest change. */
export function judgePurposes({ path, before, after }: PlainChange): JudgedChange {
  if (path[0] === 'people') return wordsGrow(before, after, 'purposes of the role');
  if (sizeOf(before) === 0) return judged('strengthens', 'purposes restrict what it is used for');
  if (sizeOf(after) === 0) return judged('weakens', 'no purpose restricts its use any more');
  return wordsGrow(before, after, 'purposes');
}

export function judgeBasis({ before, after }: PlainChange): JudgedChange {
  if (after === null) return judged('weakens', 'no lawful basis is named any more');
  if (before === 'consent') return judged('weakens', 'people are no longer asked for consent');
  if (after === 'consent') return judged('strengthens', 'readings need the consent of the person');
  return judged(before === null ? 'strengthens' : 'neutral', 'another lawful basis is named');
}

export function judgeQuery({ before, after }: PlainChange): JudgedChange {
  if (after === 'all') return judged('weakens', 'the role queries every view, new ones too');
  if (before === 'all') return judged('strengthens', 'the role queries only the views that are named');
  return wordsGrow(before, after, 'views that the role queries');
}

export function judgeRows({ kind }: PlainChange): JudgedChange {
  if (kind === 'added') return judged('strengthens', 'the role sees only rows that meet the condition');
  return judged('weakens', kind === 'removed' ? 'the role sees every row' : 'the role sees other rows');
}

/** A mask also shows the masked form of a column that the role would not see at all. */
export function judgeMask({ kind, path, old }: PlainChange): JudgedChange {
  const [relation = '', column = ''] = (path[3] ?? '').split('.');
  const role = old.people.get(path[1] ?? '');
  const fields = old.streams.get(relation)?.fields ?? old.tables.get(relation)?.fields;
  const cls = fields?.find((field) => field.name === column)?.class ?? null;
  const seen = cls !== null && role?.sees.includes(cls) === true;
  if (kind === 'added') {
    return seen
      ? judged('strengthens', 'the role sees it masked')
      : judged('weakens', 'the role may see a masked form of what it did not see');
  }
  if (kind === 'removed' && !seen && cls !== null) return judged('strengthens', 'the role no longer sees it');
  return judged('weakens', kind === 'removed' ? 'the role may see it in clear' : 'the role sees another form of it');
}

/** Further policies that only forbid take away; whatever else changes may grant, and `weir policy diff` tells what. */
export function judgePolicies({ before, after }: PlainChange): JudgedChange {
  const [was, is] = [before, after].map((files) =>
    Array.isArray(files) ? files.map((file) => JSON.stringify(file)) : [],
  );
  const kept = (was ?? []).every((file) => is?.includes(file));
  const added = (is ?? []).filter((file) => !was?.includes(file));
  return kept && !added.some((file) => /permit/i.test(file))
    ? judged('strengthens', 'further policies forbid')
    : judged('weakens', 'policies are others; see what becomes allowed with weir policy diff');
}

export function judgeAddress({ before, after }: PlainChange): JudgedChange {
  const [wasLocal, isLocal] = [isLoopback(textOf(before)), isLoopback(textOf(after))];
  if (wasLocal === isLocal) return judged('neutral', 'the platform listens elsewhere');
  return isLocal
    ? judged('strengthens', 'only this machine reaches the platform')
    : judged('weakens', 'other machines reach the platform');
}

export function wordsGrow(before: Json, after: Json, what: string): JudgedChange {
  if (isSubset(after, before)) return judged('strengthens', `fewer ${what}`);
  return judged('weakens', isSubset(before, after) ? `more ${what}` : `other ${what}`);
}

/** Fewer signed requests and more web origins weaken; where to report weaknesses does neither. */
export function judgeApi({ old, new: after }: PlainChange): JudgedChange {
  const [signedBefore, signedNow] = [old.api?.signatures ?? [], after.api?.signatures ?? []];
  const [originsBefore, originsNow] = [old.api?.origins ?? [], after.api?.origins ?? []];
  if (!signedBefore.every((action) => signedNow.includes(action)))
    return judged('weakens', 'requests for fewer actions have to be signed');
  if (!originsNow.every((origin) => originsBefore.includes(origin)))
    return judged('weakens', 'pages of more web origins may call the API');
  const same = signedBefore.length === signedNow.length && originsBefore.length === originsNow.length;
  return same ? judged('neutral', 'how the API is described') : judged('strengthens', 'the API takes less');
}

/** What requests were made, and how long they took, leaves the platform with their traces. */
export function judgeTraces({ old, new: after }: PlainChange): JudgedChange {
  const [was, is] = [old.traces, after.traces];
  if (is === undefined) return judged('strengthens', 'traces of requests go nowhere');
  if (was === undefined || was.endpoint !== is.endpoint) return judged('weakens', 'traces of requests go elsewhere');
  if (was.headers !== is.headers) return judged('neutral', 'the collector of traces is shown other fields');
  return judged(
    is.sample > was.sample ? 'weakens' : 'strengthens',
    `${is.sample > was.sample ? 'more' : 'fewer'} requests are traced`,
  );
}

export function isSubset(part: Json, whole: Json): boolean {
  return Array.isArray(part) && Array.isArray(whole) && part.every((item: Json) => whole.includes(item));
}

function sizeOf(list: Json): number {
  return Array.isArray(list) ? list.length : 0;
}

export function larger(before: Json, after: Json, more: string, less: string): JudgedChange {
  return Number(after) > Number(before) ? judged('weakens', more) : judged('strengthens', less);
}

/** A protection that is there or not. */
export function fewer(before: Json, after: Json, what: string): JudgedChange {
  if (after === null) return judged('weakens', `${what} is gone`);
  return judged(before === null ? 'strengthens' : 'weakens', before === null ? `${what} is new` : `${what} is another`);
}

/** A protection whose two forms cannot be compared. */
export function opaque(before: Json, after: Json, what: string): JudgedChange {
  return fewer(before, after, `the ${what}`);
}

export function ranked(order: readonly string[], before: Json, after: Json, what: string): JudgedChange {
  const rises = order.indexOf(textOf(after)) > order.indexOf(textOf(before));
  return judged(rises ? 'strengthens' : 'weakens', `${what}: ${textOf(before)} becomes ${textOf(after)}`);
}

export function widening(wider: boolean, narrower: boolean, what: string): JudgedChange {
  if (narrower && !wider) return judged('strengthens', `the ${what} admits fewer values; stored ones stay`);
  return judged('weakens', `the ${what} admits ${narrower ? 'other' : 'more'} values`);
}

/** Whether a range admits something that another does not; null admits all. */
export function isWiderRange(from: Json, to: Json): boolean {
  const [fromLow, fromHigh] = boundsOf(from);
  const [toLow, toHigh] = boundsOf(to);
  return toLow < fromLow || toHigh > fromHigh;
}

function boundsOf(range: Json): readonly [number, number] {
  const [low, high] = (Array.isArray(range) ? range : [null, null]) as readonly (number | null)[];
  return [low ?? -Infinity, high ?? Infinity];
}

/** Words stand for themselves; anything else is shown as JSON. */
function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
