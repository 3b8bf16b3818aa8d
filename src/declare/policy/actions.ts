/** What an action can be done to. */
export const RESOURCE_TYPES = [
  'platform',
  'template',
  'stream',
  'view',
  'table',
  'device',
  'commands',
  'person',
  'incident',
] as const;
export type ResourceType = (typeof RESOURCE_TYPES)[number];

interface ActionRule {
  readonly on: readonly ResourceType[];
  /** Devices do what is for devices and nothing else; people, programs and agents everything else. */
  readonly by: 'devices' | 'people';
  readonly meaning: string;
}

/**
 * Every action that is decided, what it is done to and what it means. The list is closed: an action that is not in
 * it is denied.
 */
export const ACTION_RULES = {
  publish: { on: ['stream'], by: 'devices', meaning: 'send readings of a device' },
  subscribe: {
    on: ['commands'],
    by: 'devices',
    meaning: 'hear the commands and configuration of a device; named by the device',
  },
  query: { on: ['view'], by: 'people', meaning: 'read a stream, table or view through SQL or the API' },
  export: { on: ['view'], by: 'people', meaning: 'take an answer out as a file of the platform' },
  command: { on: ['device'], by: 'people', meaning: 'send a command to a device' },
  quarantine: { on: ['platform', 'stream'], by: 'people', meaning: 'read what was refused' },
  monitor: { on: ['platform'], by: 'people', meaning: 'read metrics, and how the platform does' },
  prove: { on: ['platform'], by: 'people', meaning: 'run the probes' },
  audit: { on: ['platform'], by: 'people', meaning: 'read entries of the log' },
  administer: {
    on: ['platform', 'template', 'person', 'device'],
    by: 'people',
    meaning: 'change the template, people, keys, and what a device may do',
  },
  approve: { on: ['template'], by: 'people', meaning: "agree to somebody else's change" },
  enrol: { on: ['device'], by: 'people', meaning: 'give a device its certificate' },
  certify: { on: ['device'], by: 'devices', meaning: 'ask for a certificate of its own, as a device' },
  replay: { on: ['stream'], by: 'people', meaning: 'bring in old readings under an import grant' },
  table: { on: ['table'], by: 'people', meaning: 'load a reference table' },
  detokenise: { on: ['view'], by: 'people', meaning: 'see the original behind a token' },
  consent: {
    on: ['platform', 'stream'],
    by: 'people',
    meaning: 'record that somebody agrees or agrees no more, and read such records',
  },
  erase: {
    on: ['person'],
    by: 'people',
    meaning: 'find what is kept about somebody, give it out, correct, restrict or erase it',
  },
  respond: { on: ['platform', 'incident'], by: 'people', meaning: 'handle alerts and incidents' },
} as const satisfies Record<string, ActionRule>;

export type Action = keyof typeof ACTION_RULES;

/** All actions, in order of the table. */
export const ACTIONS = Object.keys(ACTION_RULES) as readonly Action[];

/** Actions on data: they are done to a view, for a purpose, and need `query` besides. */
export const DATA_ACTIONS: readonly Action[] = ['query', 'export', 'detokenise'];

/** What the operator's own credential may do without a role; personal originals and erasure are not among it. */
export const OPERATOR_ACTIONS: readonly Action[] = [
  'query',
  'export',
  'command',
  'quarantine',
  'monitor',
  'prove',
  'audit',
  'administer',
  'approve',
  'enrol',
  'replay',
  'table',
  'consent',
  'respond',
];

/** Whether an action is known and can be done to a type of resource. */
export function actionFits(action: string, resourceType: string): boolean {
  if (!Object.hasOwn(ACTION_RULES, action)) return false;
  return (ACTION_RULES[action as Action].on as readonly string[]).includes(resourceType);
}
