/**
 * Makes out which requests are of routes that last.
 *
 * @param routes method and path as routes are declared: `:name` stands for one part of a path, `*` for a rest
 * @returns whether a request is of one of them; what it is given is untrusted
 */
export function longRoutes(routes: readonly string[]): (method: string, url: string) => boolean {
  const patterns = routes.map((route) => {
    const source = route.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:[a-z]+/g, '[^/?]+');
    return new RegExp(`^${source.replaceAll('*', '[^?]*')}(\\?|$)`);
  });
  return (method, url) => patterns.some((pattern) => pattern.test(`${method} ${url}`));
}
