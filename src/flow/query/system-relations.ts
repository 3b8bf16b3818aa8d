import type { ColumnShape } from '#base/core/index.ts';
import type { SYSTEM_VIEWS } from '#declare/template/index.ts';

type SystemView = (typeof SYSTEM_VIEWS)[number];

/** A relation that the platform itself fills. */
export interface SystemRelation {
  readonly description: string;
  readonly columns: readonly (ColumnShape & { readonly description: string })[];
}

const column = (
  name: string,
  type: ColumnShape['type'],
  nullable: boolean,
  description: string,
): ColumnShape & { readonly description: string } => ({ name, type, nullable, description });

/** The platform's own relations; whoever runs a statement hands their rows over in memory, column by column. */
export const SYSTEM_RELATIONS: Readonly<Record<SystemView, SystemRelation>> = {
  _devices: {
    description: 'the inventory: one row per enrolled device',
    columns: [
      column('device', 'text', false, 'name of the device'),
      column('type', 'text', false, 'its type in the template'),
      column('enrolled', 'time', true, 'when it was enrolled'),
      column('expires', 'time', true, 'when its newest certificate ends'),
      column('state', 'text', false, 'active, disabled or revoked'),
      column('last_seen', 'time', true, 'when it was last heard of'),
    ],
  },
  _refusals: {
    description: 'readings that were not admitted, counted',
    columns: [
      column('time', 'time', false, 'start of the span that is counted'),
      column('stream', 'text', true, 'the stream, where one was named'),
      column('device', 'text', true, 'the device, where one is known'),
      column('reason', 'text', false, 'reason code of the refusal'),
      column('count', 'integer', false, 'how many'),
    ],
  },
  _log_counts: {
    description: 'entries of the audit log, counted',
    columns: [
      column('time', 'time', false, 'start of the span that is counted'),
      column('action', 'text', false, 'what was done'),
      column('outcome', 'text', false, 'allowed, denied, done or failed'),
      column('count', 'integer', false, 'how many'),
    ],
  },
};
