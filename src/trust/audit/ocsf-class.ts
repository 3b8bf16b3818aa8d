/** The classes of the Open Cybersecurity Schema Framework that entries become. */
export const OcsfClass = {
  ApiActivity: { uid: 6003, name: 'API Activity', categoryUid: 6, category: 'Application Activity' },
  DatastoreActivity: { uid: 6005, name: 'Datastore Activity', categoryUid: 6, category: 'Application Activity' },
  ApplicationLifecycle: { uid: 6002, name: 'Application Lifecycle', categoryUid: 6, category: 'Application Activity' },
  EntityManagement: { uid: 3004, name: 'Entity Management', categoryUid: 3, category: 'Identity & Access Management' },
  Authentication: { uid: 3002, name: 'Authentication', categoryUid: 3, category: 'Identity & Access Management' },
} as const;
export type OcsfClass = (typeof OcsfClass)[keyof typeof OcsfClass];

/** What an action is in the framework's terms. */
export interface OcsfActivity {
  readonly class: OcsfClass;
  /** The activity within the class; 99 is an activity that the class has no word for. */
  readonly id: number;
  readonly name: string;
}

/** Kinds of resource whose life is told as that of an entity: before the colon of a resource. */
const ENTITY_KINDS = new Set(['device', 'person', 'user', 'program', 'group', 'role']);

type Words = Readonly<Record<string, readonly [id: number, name: string]>>;

const ENTITY_WORDS: Words = {
  create: [1, 'Create'],
  add: [1, 'Create'],
  show: [2, 'Read'],
  update: [3, 'Update'],
  change: [3, 'Update'],
  delete: [4, 'Delete'],
  remove: [4, 'Delete'],
  enrol: [6, 'Enroll'],
  enroll: [6, 'Enroll'],
  revoke: [7, 'Unenroll'],
  enable: [8, 'Enable'],
  disable: [9, 'Disable'],
};

const AUTHENTICATION_WORDS: Words = {
  connect: [1, 'Logon'],
  'sign-in': [1, 'Logon'],
  'session-start': [1, 'Logon'],
  'session-open': [1, 'Logon'],
  disconnect: [2, 'Logoff'],
  'sign-out': [2, 'Logoff'],
  'session-end': [2, 'Logoff'],
  'session-close': [2, 'Logoff'],
};

const LIFECYCLE_WORDS: Words = {
  start: [3, 'Start'],
  stop: [4, 'Stop'],
  restart: [5, 'Restart'],
};

const DATASTORE_WORDS: Words = {
  query: [4, 'Query'],
  'read-quarantine': [1, 'Read'],
  seal: [5, 'Write'],
  'seal-segment': [5, 'Write'],
  compact: [2, 'Update'],
  erase: [7, 'Delete'],
  export: [1, 'Read'],
};

/** First words of other actions, told as the four things that an interface can be asked for. */
const API_WORDS: Words = {
  create: [1, 'Create'],
  add: [1, 'Create'],
  issue: [1, 'Create'],
  load: [1, 'Create'],
  import: [1, 'Create'],
  send: [1, 'Create'],
  read: [2, 'Read'],
  list: [2, 'Read'],
  show: [2, 'Read'],
  use: [2, 'Read'],
  prove: [2, 'Read'],
  detokenise: [2, 'Read'],
  apply: [3, 'Update'],
  approve: [3, 'Update'],
  change: [3, 'Update'],
  rotate: [3, 'Update'],
  update: [3, 'Update'],
  enable: [3, 'Update'],
  disable: [3, 'Update'],
  delete: [4, 'Delete'],
  erase: [4, 'Delete'],
  remove: [4, 'Delete'],
  revoke: [4, 'Delete'],
  shred: [4, 'Delete'],
};

/**
 * Finds the class and activity of an action. What has no word of its own is an API activity «Other» under its own name,
 * so that no entry is left out of the feed.
 *
 * @param action the entry's action, such as `seal-segment`
 * @param resource the entry's resource, such as `device:truck-7`
 */
export function ocsfActivity(action: string, resource: string): OcsfActivity {
  const kind = resource.split(':')[0] ?? '';
  const verb = action.split(/[-.]/)[0] ?? '';
  const isEntity = ENTITY_KINDS.has(kind);
  return (
    (isEntity ? find(OcsfClass.EntityManagement, ENTITY_WORDS, action, verb) : null) ??
    find(OcsfClass.Authentication, AUTHENTICATION_WORDS, action) ??
    find(OcsfClass.ApplicationLifecycle, LIFECYCLE_WORDS, action) ??
    find(OcsfClass.DatastoreActivity, DATASTORE_WORDS, action) ??
    find(OcsfClass.ApiActivity, API_WORDS, action, verb) ?? { class: OcsfClass.ApiActivity, id: 99, name: action }
  );
}

function find(ofClass: OcsfClass, words: Words, ...keys: readonly string[]): OcsfActivity | null {
  for (const key of keys) {
    const found = Object.hasOwn(words, key) ? words[key] : undefined;
    if (found !== undefined) return { class: ofClass, id: found[0], name: found[1] };
  }
  return null;
}
