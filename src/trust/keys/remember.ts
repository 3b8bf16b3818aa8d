/** Looks a thing up once, however many ask at the same time; a failure is not remembered. */
export function remember<T>(memory: Map<string, Promise<T>>, key: string, look: () => Promise<T>): Promise<T> {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const found = look();
  memory.set(key, found);
  found.catch(() => memory.delete(key));
  return found;
}
