import type { Log } from '#base/core/index.ts';
import { keepOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import type { AlertBook } from '#watch/respond/index.ts';
import type { BackupKeeper } from '../backup/backup-keeper.ts';
import type { DatasetKeeper } from '../datasets/dataset-keeper.ts';
import type { KeyReleases } from '../key-service/key-releases.ts';
import type { ErasureAddenda } from './erasure-addenda.ts';
import { every, everyHour } from './housekeeping.ts';
import type { QuarantineRetention } from './quarantine-retention.ts';
import type { QuarantineShelf } from './quarantine-shelf.ts';
import type { RetentionKeeper } from './retention-keeper.ts';
import type { TemplateService } from './template-service.ts';

export interface HouseParts {
  readonly template: () => Template;
  readonly templates: Pick<TemplateService, 'settle'>;
  readonly quarantine: Pick<QuarantineShelf, 'expire'>;
  readonly keyReleases: Pick<KeyReleases, 'tend'>;
  readonly datasets: Pick<DatasetKeeper, 'tend'>;
  readonly alerts: Pick<AlertBook, 'expire'>;
  readonly retention: Pick<RetentionKeeper, 'finish' | 'weigh'>;
  readonly refusedKeep: Pick<QuarantineRetention, 'expire'>;
  readonly backups: Pick<BackupKeeper, 'catchUp'>;
  readonly addenda: Pick<ErasureAddenda, 'tend'>;
  readonly keys: { readonly lifecycle: Pick<KeyRing['lifecycle'], 'rotateDue'> };
  readonly log: Log;
}

const MINUTE_MS = 60_000;
/** How long alerts of rules over the log are kept, in milliseconds: they show no reading whose time would end theirs. */
const KEEP_OF_RULES = 400 * 86_400_000;

/** Looks by the hour at what grows old: lets go of it, rotates it, or brings it to its end. */
export function keepHouse(parts: HouseParts): Disposable {
  const { templates, quarantine, keyReleases, datasets, alerts, retention, refusedKeep, backups, addenda, keys, log } =
    parts;
  const hourly: Readonly<Record<string, () => Promise<unknown>>> = {
    proposals: () => templates.settle(),
    quarantine: () => quarantine.expire(),
    'key releases': () => keyReleases.tend(),
    datasets: () => datasets.tend(),
    alerts: () => alerts.expire((stream) => longestKeep(parts.template(), stream)),
    retention: () => retention.finish(),
    'retention of quarantine': () => refusedKeep.expire(),
    backups: () => backups.catchUp(),
    addenda: () => addenda.tend(),
    keys: () => keys.lifecycle.rotateDue(),
  };
  const kept = new DisposableStack();
  for (const [name, step] of Object.entries(hourly)) kept.use(everyHour(name, step, log));
  kept.use(every(MINUTE_MS, 'holds', () => retention.weigh(), log));
  return kept;
}

/** How long alerts of a stream, or of rules over the log, are kept; null for ever. */
function longestKeep(template: Template, name: string | null): number | null {
  if (name === null) return KEEP_OF_RULES;
  const stream = template.streams.get(name);
  return stream === undefined ? null : keepOf(template, stream).max;
}
