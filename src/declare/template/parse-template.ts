import { buildTemplate } from './build-template.ts';
import { makeCheckContext } from './check-context.ts';
import type { CheckContext, PartialSource } from './check-context.ts';
import { checkDevices } from './check-devices.ts';
import { checkFields } from './check-fields.ts';
import { checkKeeping } from './check-keeping.ts';
import { checkNames } from './check-names.ts';
import { checkPeople } from './check-people.ts';
import { checkPlatform } from './check-platform.ts';
import { checkRules } from './check-rules.ts';
import { checkShape } from './check-shape.ts';
import type { ShapeSchema } from './check-shape.ts';
import { checkSignIn, readAuthorities } from './check-sign-in.ts';
import { checkStreams } from './check-streams.ts';
import { checkDetect } from './check-detect.ts';
import { checkViews } from './check-views.ts';
import { Findings } from './findings.ts';
import { withFlowFields } from './flow-fields.ts';
import { followExtends } from './follow-extends.ts';
import type { ReadSource } from './follow-extends.ts';
import { readAnchors } from './read-anchors.ts';
import { readPolicies } from './read-policies.ts';
import { readMudProfiles } from './read-mud-profiles.ts';
import { readRuleFiles } from './read-rule-files.ts';
import { readStatements } from './read-statements.ts';
import { TEMPLATE_SCHEMA } from './schema.ts';
import type { TemplateSource } from './schema.ts';
import { plainValue } from './source-node.ts';
import type { MapNode } from './source-node.ts';
import { sealTemplate } from './template-json.ts';
import type { Diagnostic, Template } from './types.ts';

export type ParsedTemplate = { readonly template: Template } | { readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads a template: YAML, what it extends, files of rules, shape, meaning, defaults. All findings are reported at once, sorted by
 * place. Untrusted: everything in it is bounded, and no file is asked for but those that `resolveSourcePath` allows.
 *
 * @param source its path as findings name it, relative to its own folder (a bare file name), and its text
 * @param readFile gives the text of a further file of the template's folder or of the package, null where none is
 */
export function parseTemplate(source: { path: string; text: string }, readFile: ReadSource): ParsedTemplate {
  const findings = new Findings();
  const followed = followExtends(source, readFile, findings);
  if (followed === null) return { diagnostics: findings.sorted() };
  const merged = readRuleFiles(followed, readFile, findings);

  const shaped = checkShape(withFlowFields(merged), TEMPLATE_SCHEMA as unknown as ShapeSchema, findings) as MapNode;
  const plain = plainValue(shaped) as PartialSource;
  const context = makeCheckContext(plain, shaped, findings);
  checkMeaning(context);
  const statements = readStatements(context, readFile);
  const anchors = readAnchors(context, readFile);
  const policies = readPolicies(context, readFile);
  const authorities = readAuthorities(context, readFile);
  const profiles = readMudProfiles(context, readFile);
  if (findings.count > 0) return { diagnostics: findings.sorted() };

  // No finding: the shape is whole, so the partial source is a source.
  const sqlOf = (view: string): string => statements.get(view) ?? '';
  const anchorsOf = (maker: string): string => anchors.get(maker) ?? '';
  const authorityOf = (issuer: string): string | null => authorities.get(issuer) ?? null;
  const mudOf = (type: string): string => profiles.get(type) ?? '';
  const built = buildTemplate(plain as TemplateSource, sqlOf, anchorsOf, policies, authorityOf, mudOf);
  return { template: sealTemplate(built) };
}

function checkMeaning(context: CheckContext): void {
  checkNames(context);
  checkDevices(context);
  checkStreams(context);
  checkFields(context);
  checkViews(context);
  checkDetect(context);
  checkKeeping(context);
  checkPeople(context);
  checkSignIn(context);
  checkPlatform(context);
  checkRules(context);
}
