import { pathPattern } from './path-pattern.ts';

/**
 * Makes out which requests are of routes that last.
 *
 * @param routes method and path as routes are declared
 * @returns whether a request is of one of them; what it is given is untrusted
 */
export function longRoutes(routes: readonly string[]): (method: string, url: string) => boolean {
  const patterns = routes.map((route) => new RegExp(`^${pathPattern(route)}(\\?|$)`));
  return (method, url) => patterns.some((pattern) => pattern.test(`${method} ${url}`));
}
