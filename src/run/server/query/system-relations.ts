import type { ColumnShape } from '#base/core/index.ts';
import { SQL_TYPES } from '#flow/query/index.ts';
import type { GovernedRelation } from '#flow/query/index.ts';

/** A relation that the platform itself fills, from memory. */
export interface SystemRelation extends GovernedRelation {
  readonly shapes: readonly ColumnShape[];
}

type Columns = readonly (readonly [name: string, type: ColumnShape['type'], nullable: boolean, description: string])[];

function relation(name: string, description: string, columns: Columns): SystemRelation {
  return {
    name,
    kind: 'system',
    description,
    purposes: [],
    from: [],
    definition: null,
    shapes: columns.map(([column, type, nullable]) => ({ name: column, type, nullable })),
    columns: columns.map(([column, type, nullable, about]) => ({
      name: column,
      sqlType: SQL_TYPES[type],
      nullable,
      class: 'operational',
      unit: null,
      description: about,
    })),
  };
}

/** The platform's own relations, to join with. */
export const SYSTEM_RELATIONS = {
  _devices: relation('_devices', 'the inventory: one row per enrolled device', [
    ['device', 'text', false, 'name of the device'],
    ['type', 'text', false, 'its type in the template'],
    ['status', 'text', false, 'enabled, disabled or revoked'],
    ['enrolled', 'time', false, 'when it was enrolled'],
    ['last_seen', 'time', true, 'when it was last heard of'],
    ['certificate_expires', 'time', true, 'when its newest certificate ends'],
    ['first_seen', 'time', true, 'when it was first heard of'],
    ['model', 'text', true, 'model, as it was told'],
    ['firmware', 'text', true, 'firmware, as it was told'],
    ['class', 'text', true, 'how constrained it is: c0, c1, c2 or unconstrained'],
    ['posture', 'text', false, 'good, bad, stale or unknown'],
    ['ends_in', 'integer', true, 'year in which its cryptography or support runs out'],
  ]),
  _refusals: relation('_refusals', 'readings that were not admitted, counted', [
    ['time', 'time', false, 'start of the minute that is counted'],
    ['stream', 'text', true, 'the stream, where a declared one was named'],
    ['device', 'text', true, 'the device, where one is known'],
    ['reason', 'text', false, 'reason code of the refusal'],
    ['count', 'integer', false, 'how many'],
  ]),
  _left_out: relation('_left_out', 'what readings lost on entry, counted', [
    ['time', 'time', false, 'start of the hour that is counted'],
    ['stream', 'text', false, 'the stream'],
    ['what', 'text', false, 'undeclared, withheld (members), or bytes of both'],
    ['count', 'integer', false, 'how many'],
  ]),
  _clones: relation('_clones', 'identities that were in use twice since the start', [
    ['time', 'time', false, 'when it was noticed'],
    ['device', 'text', false, 'the device'],
    ['serial', 'text', false, 'serial number of the certificate; empty where none was shown'],
    ['why', 'text', false, 'address, tls, seq or key: what cannot be one device'],
    ['cut', 'integer', false, 'connections that were ended'],
  ]),
  _alerts: relation('_alerts', 'alerts of the watch: the newest 10,000', [
    ['id', 'text', false, 'id of the alert'],
    ['time', 'time', false, 'time of the first reading that was unusual'],
    ['until', 'time', false, 'time of the last one'],
    ['raised', 'time', false, 'when the alert was raised'],
    ['device', 'text', true, 'the device; null where it is about none or several'],
    ['stream', 'text', true, 'the stream; null for what a rule found in the log'],
    ['severity', 'text', false, 'low, medium, high or critical'],
    ['state', 'text', false, 'new, confirmed, false-alarm or expected'],
    ['open', 'boolean', false, 'whether it goes on'],
    ['detector', 'text', false, 'the detector that was farthest beyond its limit'],
    ['score', 'number', false, 'its greatest score'],
    ['score_limit', 'number', false, 'the limit of the score'],
    ['cause', 'text', true, 'the field that had the greatest part in it'],
  ]),
  _log_counts: relation('_log_counts', 'entries of the audit log, counted', [
    ['time', 'time', false, 'start of the hour that is counted'],
    ['action', 'text', false, 'what was done'],
    ['outcome', 'text', false, 'allowed, denied, done or failed'],
    ['count', 'integer', false, 'how many'],
  ]),
} as const;
