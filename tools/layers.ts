/**
 * The rooms in the order of their layers: a file imports from its own room and from rooms that stand before it.
 * A consumer knows its producer's shape; a producer never knows its consumers; only `run` composes.
 */
export const ROOMS: readonly string[] = [
  'base/core',
  'base/crypto',
  'base/storage',
  'declare/mud',
  'declare/template',
  'declare/policy',
  'trust/keys',
  'trust/identity',
  'trust/consent',
  'trust/audit',
  'flow/journal',
  'flow/ingest',
  'flow/gateway',
  'flow/store',
  'flow/query',
  'learn/features',
  'learn/flows',
  'learn/models',
  'watch/drift',
  'watch/detect',
  'watch/respond',
  'assure/controls',
  'assure/risk',
  'assure/privacy',
  'assure/duties',
  'run/server',
  'run/edge',
  'run/twin',
  'run/cli',
  'run/console',
];

/** Rooms that stand before a room and yet are none of its business, with the reason. */
export const STRANGERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'flow/store': { 'flow/gateway': 'the journal is what the store knows of the outside' },
  'flow/query': { 'flow/gateway': 'a question is asked through the API, never through a listener' },
};

/** Built-in modules that only some rooms may import, and why; a wing's name stands for all its rooms. */
export const GUARDED_BUILTINS: Readonly<Record<string, { readonly rooms: readonly string[]; readonly why: string }>> = {
  'node:crypto': {
    rooms: ['base', 'trust/keys', 'trust/identity', 'flow/gateway'],
    why: 'primitives are used through base/crypto; gateway reads peer certificates',
  },
  'node:sqlite': { rooms: ['base/storage'], why: 'tables are reached through the port Catalogue' },
  'node:child_process': { rooms: ['run'], why: 'only the compositions start processes' },
  'node:net': {
    rooms: ['flow/gateway', 'assure/controls', 'run'],
    why: 'only listeners, probes and compositions open sockets',
  },
  'node:tls': {
    rooms: ['flow/gateway', 'assure/controls', 'run'],
    why: 'only listeners, probes and compositions open sockets',
  },
  'node:http': {
    // Custody of the root key in a transit engine is a client of its server.
    rooms: ['trust/keys', 'flow/gateway', 'assure/controls', 'run'],
    why: 'only listeners, probes and compositions open sockets',
  },
  'node:https': {
    // Custody of the root key in a transit engine is a client of its server.
    rooms: ['trust/keys', 'flow/gateway', 'assure/controls', 'run'],
    why: 'only listeners, probes and compositions open sockets',
  },
  'node:dgram': {
    rooms: ['flow/gateway', 'assure/controls', 'run'],
    why: 'only listeners, probes and compositions open sockets',
  },
  'node:vm': { rooms: [], why: 'it is no boundary' },
  'node:ffi': { rooms: [], why: 'it gives up memory safety' },
  'node:inspector': { rooms: [], why: 'a debugger reads every key in memory' },
};
