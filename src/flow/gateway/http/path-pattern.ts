/**
 * What a route's path matches, of a request's target without its query.
 *
 * @param path as routes are declared: `:name` stands for one part of a path, `*` for a rest
 * @returns the source of a regular expression
 */
export function pathPattern(path: string): string {
  const literal = path.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
  return literal.replaceAll(/:[a-z]+/g, '[^/?]+').replaceAll('*', '[^?]*');
}
