import type { AuditSink } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import { ServerError } from '../errors.ts';
import { logApplication } from './template-service.ts';
import type { TemplateSource, TemplateVersions } from './template-versions.ts';

const ACTOR = 'weir:control';

/**
 * Settles which template is in force at a start: the first one where there is none, and never an older one than the log
 * says was applied last, as after a restore of a catalogue from before.
 *
 * @param last digest of the template that was applied last by the log, as far as it was replayed
 * @param acceptOlder puts the one of the catalogue in force again; in the log, by whom it was done
 * @throws {ServerError} SERVER_TEMPLATE_OLDER
 */
export async function settleTemplate(
  versions: TemplateVersions,
  audit: AuditSink,
  {
    given,
    source,
    last,
    acceptOlder,
  }: {
    readonly given: Template;
    readonly source: TemplateSource;
    readonly last: string | null;
    readonly acceptOlder: boolean;
  },
): Promise<void> {
  const { current } = versions;
  if (current === null) {
    await logApplication(audit, given, ACTOR, 0, false);
    await versions.apply(given, source, ACTOR);
    return;
  }
  // One that is known here was in force already, and the one of now is the newer one.
  if (last === null || versions.find(last) !== null) return;
  if (given.digest === last) return versions.apply(given, source, ACTOR);
  if (acceptOlder) return logApplication(audit, current, ACTOR, 0, true);
  throw new ServerError(
    'SERVER_TEMPLATE_OLDER',
    `Cannot start: the log says that template ${last} is in force, and the catalogue has an older one`,
    { hint: 'Start with the file of that template, or put the older one in force with --accept-older-template' },
  );
}
