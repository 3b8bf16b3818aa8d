import { isSystemName } from './system-streams.ts';
import type { Stream, Template } from './types.ts';

/** A place in a template that declares a protection, and the streams that rest on it. */
interface Declared {
  readonly path: string;
  /** Streams that do not start without it unless they accept that; empty where it protects none by itself. */
  readonly streams: readonly string[];
}

/** A protection that can be declared and that this version does not enforce. */
export interface UnenforcedProtection {
  readonly id: string;
  /** What the declaration promises. */
  readonly promise: string;
  /** What happens instead, for as long as it is not enforced. */
  readonly meanwhile: string;
  readonly find: (template: Template) => readonly Declared[];
}

/** A declared protection of one template that is not enforced. */
export interface Unenforced extends Declared {
  readonly id: string;
  readonly promise: string;
  readonly meanwhile: string;
}

/** All of them. An entry goes when what it promises is enforced; the list is empty when all is. */
export const UNENFORCED_PROTECTIONS: readonly UnenforcedProtection[] = [
  {
    id: 'identity',
    promise: 'the device proves itself by a decentralised identifier or a shared key',
    meanwhile: 'it is enrolled with an X.509 certificate',
    find: (template) => deviceTypesWhere(template, (type) => type.identity !== 'x509', 'identity'),
  },
  {
    id: 'boot',
    promise: 'the device proves that it started with the software it should have',
    meanwhile: 'it is believed',
    find: (template) => deviceTypesWhere(template, (type) => type.boot !== 'none', 'boot'),
  },
  {
    id: 'comply',
    promise: 'evidence is mapped to the requirements of the framework',
    meanwhile: 'controls name the requirements that they meet, without a report by framework',
    find: (template) => (template.comply.length === 0 ? [] : [{ path: 'comply', streams: [] }]),
  },
];

/** What a template declares and this version does not enforce, in the order of the list. */
export function unenforcedOf(template: Template): readonly Unenforced[] {
  return UNENFORCED_PROTECTIONS.flatMap(({ id, promise, meanwhile, find }) =>
    find(template).map((declared) => ({ id, promise, meanwhile, ...declared })),
  );
}

/** What keeps a stream from starting: the protections it rests on, unless it accepts that they are not enforced. */
export function heldBy(template: Template, stream: Stream): readonly Unenforced[] {
  if (stream.acceptUnenforced) return [];
  return unenforcedOf(template).filter((unenforced) => unenforced.streams.includes(stream.name));
}

function ownStreams(template: Template): readonly Stream[] {
  return [...template.streams.values()].filter((stream) => !isSystemName(stream.name));
}

function deviceTypesWhere(
  template: Template,
  test: (type: { readonly identity: string; readonly boot: string }) => boolean,
  key: string,
): readonly Declared[] {
  return [...template.devices.values()]
    .filter((type) => test(type))
    .map(({ name }) => ({
      path: `devices.${name}.${key}`,
      streams: ownStreams(template)
        .filter((stream) => stream.from.includes(name))
        .map((stream) => stream.name),
    }));
}
