import type { AuditSink } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import { ServerError } from '../errors.ts';
import { logApplication } from './template-service.ts';
import type { TemplateSource, TemplateVersions } from './template-versions.ts';

const ACTOR = 'weir:control';
const NONE = 'Cannot start: no template is in force yet, and none was given';

/**
 * Settles which template is in force at a start: the first one where there is none, and never an older one than the log
 * says was applied last, as after a restore of a catalogue from before.
 *
 * @param given the one that was handed in, with its files; null keeps the one that is in force
 * @param last digest of the template that was applied last by the log, as far as it was replayed
 * @param acceptOlder puts the one of the catalogue in force again; in the log, by whom it was done
 * @returns the one that is in force
 * @throws {ServerError} SERVER_TEMPLATE_OLDER, SERVER_TEMPLATE_INVALID where none is in force and none was given
 */
export async function settleTemplate(
  versions: TemplateVersions,
  audit: AuditSink,
  {
    given,
    last,
    acceptOlder,
  }: {
    readonly given: { readonly template: Template; readonly source: TemplateSource } | null;
    readonly last: string | null;
    readonly acceptOlder: boolean;
  },
): Promise<Template> {
  const { current } = versions;
  if (current === null) {
    if (given === null)
      throw new ServerError('SERVER_TEMPLATE_INVALID', NONE, { hint: 'Name its file with --template' });
    await logApplication(audit, given.template, ACTOR, 0, false);
    await versions.apply(given.template, given.source, ACTOR);
    return given.template;
  }
  // One that is known here was in force already, and the one of now is the newer one.
  if (last === null || versions.find(last) !== null) return current;
  if (given?.template.digest === last) {
    await versions.apply(given.template, given.source, ACTOR);
    return given.template;
  }
  if (acceptOlder) {
    await logApplication(audit, current, ACTOR, 0, true);
    return current;
  }
  throw new ServerError(
    'SERVER_TEMPLATE_OLDER',
    `Cannot start: the log says that template ${last} is in force, and the catalogue has an older one`,
    { hint: 'Start with the file of that template, or put the older one in force with --accept-older-template' },
  );
}
