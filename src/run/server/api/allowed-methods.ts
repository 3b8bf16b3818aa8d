import { pathPattern } from '#flow/gateway/index.ts';
import type { Route } from './route.ts';

/**
 * The methods that a path is there for.
 *
 * @returns for the target of a request, untrusted: the methods in alphabetical order, none where there is no such path
 * @see RFC 9110 sections 10.2.1 and 15.5.6
 */
export function allowedMethods(
  routes: readonly Pick<Route, 'method' | 'path'>[],
): (target: string) => readonly string[] {
  const paths = [...Map.groupBy(routes, ({ path }) => path)].map(([path, of]) => ({
    pattern: new RegExp(`^${pathPattern(path)}$`),
    methods: of.map(({ method }) => method),
  }));
  return (target) => {
    const [path = ''] = target.split('?', 1);
    const methods = paths.filter(({ pattern }) => pattern.test(path)).flatMap((one) => one.methods);
    // Whoever may GET may ask for the head of it.
    return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].sort();
  };
}
