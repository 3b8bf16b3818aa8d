import type { CedarCall, CedarEntity, CedarPolicyJson } from './cedar-engine.ts';

/** Every text that policies hold: what is called by none of them they cannot look at. */
export function textsOf(policies: readonly CedarPolicyJson[]): ReadonlySet<string> {
  const texts = new Set<string>();
  const walk = (tree: unknown): void => {
    if (typeof tree === 'string') texts.add(tree);
    else if (Array.isArray(tree)) for (const item of tree) walk(item);
    else if (typeof tree === 'object' && tree !== null) {
      for (const [name, value] of Object.entries(tree)) {
        texts.add(name);
        walk(value);
      }
    }
  };
  walk(policies);
  return texts;
}

/**
 * A request without what no policy can look at: most of the time of a decision goes into reading it. An entity of which
 * nothing is left is left out, which is the same to Cedar.
 *
 * @param texts of the policies that are asked
 * @param wholeContext where one of them looks at the context as a whole
 */
export function sliceRequest(call: CedarCall, texts: ReadonlySet<string>, wholeContext: boolean): CedarCall {
  const entities = call.entities
    .map((entity): CedarEntity => ({ ...entity, attrs: named(entity.attrs, texts) }))
    .filter(({ attrs, parents }) => parents.length > 0 || Object.keys(attrs).length > 0);
  return { ...call, entities, context: wholeContext ? call.context : named(call.context, texts) };
}

function named<T>(values: Readonly<Record<string, T>>, texts: ReadonlySet<string>): Record<string, T> {
  const kept: Record<string, T> = {};
  for (const name in values) if (texts.has(name)) kept[name] = values[name] as T;
  return kept;
}
