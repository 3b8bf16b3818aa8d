import { CliError } from '../errors.ts';

/** Where the readings of a device go, and as what it is enrolled if it has to be. */
export interface Route {
  readonly stream: string;
  /** Device type; null leaves it to `--enrol`. */
  readonly type: string | null;
}

const ROUTE = /^([^=]+)=([^:=]+)(?::([^:=]+))?$/;

/**
 * Routes by device, from `device=stream,device=stream:type,…`.
 *
 * @throws {CliError} CLI_USAGE
 */
export function parseRoutes(words: readonly string[]): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>();
  for (const part of words.flatMap((word) => word.split(','))) {
    if (part.trim() === '') continue;
    const [, device, stream, type] = ROUTE.exec(part.trim()) ?? [];
    if (device === undefined || stream === undefined) {
      throw new CliError('CLI_USAGE', `Cannot route ${part}: it is not device=stream or device=stream:type`);
    }
    if (routes.has(device)) throw new CliError('CLI_USAGE', `Cannot route ${device}: it is routed twice`);
    routes.set(device, { stream, type: type ?? null });
  }
  return routes;
}

/**
 * Columns by field, from `field=column,…`. A column's name may hold anything but a comma.
 *
 * @throws {CliError} CLI_USAGE
 */
export function parseRenames(words: readonly string[]): ReadonlyMap<string, string> {
  const renames = new Map<string, string>();
  for (const part of words.flatMap((word) => word.split(','))) {
    if (part.trim() === '') continue;
    const cut = part.indexOf('=');
    const field = part.slice(0, cut).trim();
    const column = part.slice(cut + 1).trim();
    if (cut < 1 || column === '') throw new CliError('CLI_USAGE', `Cannot map ${part}: it is not field=column`);
    renames.set(field, column);
  }
  return renames;
}
