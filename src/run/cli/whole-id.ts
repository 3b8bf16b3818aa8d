import { CliError } from './errors.ts';

/** Where ids of a kind are listed, and as which member of the answer. */
const LISTS: ReadonlyMap<string, readonly [path: string, member: string]> = new Map([
  ['alerts', ['/v1/alerts?limit=1000', 'alerts']],
  ['api-keys', ['/v1/api-keys', 'keys']],
  ['erasures', ['/v1/erasures', 'certificates']],
  ['holds', ['/v1/holds', 'holds']],
  ['proposals', ['/v1/proposals', 'proposals']],
  ['releases', ['/v1/releases', 'releases']],
  ['sessions', ['/v1/sessions', 'sessions']],
  ['subject-requests', ['/v1/subject-requests', 'requests']],
]);

/** The beginning of an id, as tables and pages show it: whole ones have 32 hexadecimal digits. */
const BEGINNING = /^\/v1\/([a-z-]+)\/([0-9a-f]{4,31})(?=[/?]|$)/;

/**
 * A path whose id may be only the beginning of one, with the whole id. What begins none stays as it is: the platform says
 * that there is none.
 *
 * @param list the answer of a route that lists
 * @throws {CliError} CLI_USAGE where several begin so
 */
export async function withWholeId(
  path: string,
  list: (path: string) => Promise<Readonly<Record<string, readonly { readonly id: string }[]>>>,
): Promise<string> {
  const [, kind = '', beginning = ''] = BEGINNING.exec(path) ?? [];
  const place = LISTS.get(kind);
  if (place === undefined) return path;
  const [from, member] = place;
  const ids = ((await list(from))[member] ?? []).map(({ id }) => id).filter((id) => id.startsWith(beginning));
  if (ids.length > 1) {
    throw new CliError('CLI_USAGE', `Cannot tell which is meant: ${ids.length} ids begin with ${beginning}`, {
      hint: `Write more of it, as in ${ids[0]}`,
    });
  }
  return ids[0] === undefined ? path : path.replace(beginning, ids[0]);
}
