import type { RowsInMemory } from '#flow/query/index.ts';
import type { Alert, AlertBook } from '#watch/respond/index.ts';
import type { Identity } from '#trust/identity/index.ts';
import { memoryRows } from '../query/memory-rows.ts';
import type { Cell } from '../query/memory-rows.ts';
import { SYSTEM_RELATIONS } from '../query/system-relations.ts';
import type { ReferenceTables } from '../tables/reference-tables.ts';
import type { CloneBook } from './clone-book.ts';
import type { LeftOutBook } from './left-out-book.ts';
import type { LogCounts } from './log-counts.ts';
import type { RefusalBook } from './refusal-book.ts';

/** Alerts that the view shows. */
const MOST_ALERTS = 10_000;

/** Rows of the relations that control holds itself: reference tables, the inventory, refusals and counts of the log. */
export function memoryRelations(parts: {
  tables: ReferenceTables;
  identity: Identity;
  refusals: RefusalBook;
  clones: CloneBook;
  logCounts: LogCounts;
  alerts: Pick<AlertBook, 'list'>;
  leftOut: LeftOutBook;
}): (relation: string) => Promise<RowsInMemory> {
  const { tables, identity, refusals, clones, logCounts, leftOut, alerts } = parts;
  return async (relation) => {
    switch (relation) {
      case '_devices': {
        const rows = (await identity.inventory.list()).map(
          ({
            name,
            type,
            status,
            created,
            lastSeen,
            certificateExpires,
            firstSeen,
            model,
            firmware,
            posture,
            profile,
          }) => [
            name,
            type,
            status,
            created,
            lastSeen,
            certificateExpires,
            firstSeen,
            model,
            firmware,
            profile?.class ?? null,
            posture.state,
            profile?.endsIn ?? null,
          ],
        );
        return memoryRows(SYSTEM_RELATIONS._devices.shapes, rows);
      }
      case '_refusals':
        return memoryRows(SYSTEM_RELATIONS._refusals.shapes, await refusals.rows());
      case '_left_out':
        return memoryRows(SYSTEM_RELATIONS._left_out.shapes, await leftOut.rows());
      case '_clones':
        return memoryRows(SYSTEM_RELATIONS._clones.shapes, clones.rows());
      case '_alerts':
        return memoryRows(SYSTEM_RELATIONS._alerts.shapes, (await alerts.list({ limit: MOST_ALERTS })).map(alertRow));
      case '_log_counts':
        return memoryRows(SYSTEM_RELATIONS._log_counts.shapes, await logCounts.rows());
      default:
        return tables.find(relation);
    }
  };
}

function alertRow(alert: Alert): readonly Cell[] {
  const { id, start, end, raised, device, stream, severity, state, open, detectors, causes } = alert;
  const [first] = detectors;
  return [
    id,
    start,
    end,
    raised,
    device,
    stream,
    severity,
    state,
    open,
    first?.name ?? '',
    first?.score ?? 0,
    first?.limit ?? 0,
    causes[0]?.field ?? null,
  ];
}
