import { CliError } from './errors.ts';

/** The beginning of an id, as tables and pages show it: whole ones have 32 hexadecimal digits. */
const BEGINNING = /^[0-9a-f]{4,31}$/;
/** That of a refused reading, which is named by its file, its place there and its number in that place. */
const BEGINNING_OF_READING = /^[0-9a-f]{4,32}(\.\d*)?$/;

/** Where ids of a kind are listed, as which member of the answer, and what begins one where that is of another form. */
const LISTS: ReadonlyMap<string, readonly [path: string, member: string, beginning?: RegExp]> = new Map([
  ['alerts', ['/v1/alerts?limit=1000', 'alerts']],
  ['api-keys', ['/v1/api-keys', 'keys']],
  ['consents', ['/v1/consents?limit=10000', 'consents']],
  ['erasures', ['/v1/erasures', 'certificates']],
  ['holds', ['/v1/holds', 'holds']],
  ['proposals', ['/v1/proposals', 'proposals']],
  ['quarantine', ['/v1/quarantine?limit=1000', 'readings', BEGINNING_OF_READING]],
  ['releases', ['/v1/releases', 'releases']],
  ['sessions', ['/v1/sessions', 'sessions']],
  ['subject-requests', ['/v1/subject-requests', 'requests']],
]);

type ListOf = (path: string) => Promise<Readonly<Record<string, readonly { readonly id: string }[]>>>;

/** A path that names one thing of a kind. */
const ONE = /^\/v1\/([a-z-]+)\/([0-9a-f.]+)(?=[/?]|$)/;

/**
 * A path whose id may be only the beginning of one, with the whole id. What begins none stays as it is: the platform says
 * that there is none.
 *
 * @param list the answer of a route that lists
 * @throws {CliError} CLI_USAGE where several begin so
 */
export async function withWholeId(path: string, list: ListOf): Promise<string> {
  const [, kind = '', given = ''] = ONE.exec(path) ?? [];
  const whole = await wholeId(kind, given, list);
  return whole === given ? path : path.replace(given, whole);
}

/** The id of a kind, as in the paths of its routes, that this is the beginning of; as `withWholeId`. */
export async function wholeId(kind: string, given: string, list: ListOf): Promise<string> {
  const [from, member, beginning = BEGINNING] = LISTS.get(kind) ?? [];
  if (from === undefined || member === undefined || !beginning.test(given)) return given;
  return wholeIdAmong((await list(from))[member] ?? [], given);
}

/**
 * The id that this is the beginning of, among those that there are; itself where it begins none, or is too short to.
 *
 * @throws {CliError} CLI_USAGE where several begin so
 */
export function wholeIdAmong(things: readonly { readonly id: string }[], given: string): string {
  const ids = given.length < 4 ? [] : things.map(({ id }) => id).filter((id) => id.startsWith(given));
  if (ids.length > 1) {
    throw new CliError('CLI_USAGE', `Cannot tell which is meant: ${ids.length} ids begin with ${given}`, {
      hint: `Write more of it, as in ${ids[0]}`,
    });
  }
  return ids[0] ?? given;
}
