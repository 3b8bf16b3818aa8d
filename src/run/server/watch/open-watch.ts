import type { Random } from '#base/core/index.ts';
import type { Catalogue, RowSealer } from '#base/storage/index.ts';
import type { DecisionPoint } from '#declare/policy/index.ts';
import { AlertBook, RuleBook, WATCH_SCHEMA } from '#watch/respond/index.ts';
import { folderBytes } from '../control/status.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import type { ContainParts } from './contain-tampered.ts';
import { WatchHost } from './host.ts';
import type { WatchHostParts } from './host.ts';
import { postWebhook } from './post-webhook.ts';
import { mayBeSent } from './shown-to.ts';
import { TamperAnswers } from './tamper-answers.ts';
import { WEBHOOK_SCHEMA, WebhookBook } from './webhook-book.ts';
import { readWebhookFile } from './webhook-file.ts';
import { Webhooks } from './webhooks.ts';

export interface OpenWatchParts extends Pick<
  WatchHostParts,
  'layout' | 'keys' | 'audit' | 'clock' | 'log' | 'template' | 'deviceType'
> {
  readonly catalogue: Catalogue;
  readonly random: Random;
  /** Of alerts and of what was said of them. */
  readonly sealer: RowSealer;
  readonly segments: Pick<SegmentHost, 'state'>;
  readonly inventory: ContainParts['inventory'];
  readonly decisions: Pick<DecisionPoint, 'mayBeGiven'>;
}

/** What notices: the process that watches, its alerts, the rules that answers to them make, and where they are sent. */
export async function openWatch(
  parts: OpenWatchParts,
): Promise<{ rules: RuleBook; alerts: AlertBook; watch: WatchHost; webhooks: Webhooks }> {
  const {
    catalogue,
    sealer,
    segments,
    inventory,
    decisions,
    layout,
    keys,
    audit,
    clock,
    random,
    log,
    template,
    deviceType,
  } = parts;
  await catalogue.migrate(WATCH_SCHEMA);
  await catalogue.migrate(WEBHOOK_SCHEMA);
  const rules = await RuleBook.open({ catalogue, sealer, audit, clock });
  const alerts = await AlertBook.open({ catalogue, sealer, audit, clock, rules });
  const answers = await TamperAnswers.open({ catalogue, sealer, alerts, inventory, audit, log, template });
  const watch = WatchHost.open({
    layout,
    catalogue,
    sealer: await keys.rowSealer('catalogue'),
    keys,
    audit,
    clock,
    log,
    template,
    storeCursor: async () => new Map((await segments.state()).cursor),
    journalBytes: () => folderBytes(layout.journal),
    deviceType,
    raise: (findings) => answers.raise(findings),
  });
  const webhooks = new Webhooks({
    webhooks: () => template().webhooks,
    book: new WebhookBook(catalogue, sealer, clock),
    alerts,
    audit,
    clock,
    random,
    log,
    readFile: (name) => readWebhookFile(layout.webhooks, name),
    mayBeSent: (stream, webhook) => mayBeSent(stream, webhook, template(), decisions),
    post: postWebhook,
  });
  return { rules, alerts, watch, webhooks };
}
