import type { FeatureInput } from '#learn/features/index.ts';

/** Numbers of a row of connections that are judged, and how a sentence says that one was unusual. */
export const CONNECTION_NUMBERS = [
  { name: 'payload', isInterval: false, words: 'sends payloads of another size than usual' },
  { name: 'gap', isInterval: true, words: 'sends at other intervals than usual' },
  { name: 'session_gap', isInterval: true, words: 'connects at other intervals than usual' },
  { name: 'sessions', isInterval: false, words: 'opens another number of connections than usual' },
  { name: 'lost', isInterval: false, words: 'loses another number of connections than usual' },
] as const;

/** What a device has few of, in the same way. Types are told apart by those that are no matter of place or of rights. */
export const CONNECTION_CATEGORIES = [
  { name: 'network', form: 'category', ofType: false, words: 'connects from another network than usual' },
  { name: 'topics', form: 'category', ofType: false, words: 'publishes to other topics than usual' },
  { name: 'protocol', form: 'category', ofType: true, words: 'connects by another protocol than usual' },
  { name: 'tls', form: 'category', ofType: true, words: 'agrees on other parameters of TLS than usual' },
  { name: 'stack', form: 'category', ofType: true, words: 'connects with another TLS stack than usual' },
  { name: 'keep_alive', form: 'number', ofType: true, words: 'asks for another keep-alive than usual' },
] as const satisfies readonly (FeatureInput & { readonly ofType: boolean; readonly words: string })[];

/** Further inputs by which types are told apart. */
export const CONNECTION_TRAITS = ['payload', 'gap', 'largest', 'clean', 'has_will'] as const;
