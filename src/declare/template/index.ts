export type {
  Aggregation,
  ClassTerms,
  Declassification,
  DeviceType,
  CryptoRules,
  Detection,
  Diagnostic,
  Field,
  Issuer,
  IssuerKeys,
  Limits,
  ObjectsPlace,
  TraceRules,
  Listen,
  Measure,
  PolicyFile,
  PrivacyRules,
  ReferenceTable,
  Role,
  RoleRule,
  SignInRules,
  Stream,
  Template,
  TlsRules,
  View,
  Webhook,
} from './types.ts';
export { classRules, keepOf, mainRegion, placeRegion, regionOf } from './class-terms.ts';
export { MAIN_PLACE } from './schema-keeping.ts';
export type { EventMatch, Rule, RulePattern } from './rule.ts';
export { EVENT_FIELDS, EVENTS } from './event-words.ts';
export type { EventField } from './event-words.ts';
export { RULE_BOUNDS } from './schema-rules.ts';
export { TemplateError } from './errors.ts';
export type { DiagnosticErrorCode, TemplateErrorCode } from './errors.ts';
export { parseTemplate } from './parse-template.ts';
export type { ParsedTemplate } from './parse-template.ts';
export type { ReadSource } from './follow-extends.ts';
export { folderReader } from './read-template-folder.ts';
export { formatDiagnostic } from './findings.ts';
export { formatTechnique, TECHNIQUES } from './attack-techniques.ts';
export { templateDigest, templateFromJson, templateToJson } from './template-json.ts';
export { LIMIT_RULES, TEMPLATE_BOUNDS } from './limits.ts';
export type { LimitRule } from './limits.ts';
export { certificateTerms } from './certificate-terms.ts';
export { DETECTOR_GROUPS, DETECTOR_KINDS, DETECTOR_NAMES, kindsNamed, STANDARD_GROUP } from './detector-kinds.ts';
export type { DetectorChoice, DetectorSight, DetectorTerms } from './detector-kinds.ts';
export { formatDuration, formatSize, parseBudget, parseDuration, parseRate, parseSize } from './quantities.ts';
export { DEVICE_CLASSES, INABILITIES, POWERS } from './vocabulary.ts';
export { FEATURE_WORDS, featureWord } from './feature-words.ts';
export type { FeatureKindWord, FeatureRule } from './feature-words.ts';
export { checkUnit } from './units.ts';
export { isIpAddress, isLoopback } from './ip-address.ts';
export { cryptoRules, STANDARD_CRYPTO } from './crypto-rules.ts';
export { STANDARD_SIGN_IN } from './build-sign-in.ts';
export { maskFits } from './check-people.ts';
export { FLOW_FIELDS } from './flow-fields.ts';
export { isSystemName } from './system-streams.ts';
export { intakeFields, measureColumn } from './aggregate-rules.ts';
export { activePurposes } from './active-purposes.ts';
export { FRAMEWORKS, GRANTABLE_ACTIONS, SYSTEM_VIEWS } from './vocabulary.ts';
export type { GrantableAction } from './vocabulary.ts';
export { editDistance, nearestWord } from './nearest-word.ts';
export { templateJsonSchema } from './json-schema.ts';
export { tokenDomainOf, tokenDomains, tokenFormats, tokenSight } from './token-domain.ts';
export { heldBy, UNENFORCED_PROTECTIONS, unenforcedOf } from './unenforced.ts';
export type { Unenforced, UnenforcedProtection } from './unenforced.ts';
export { diffTemplates, summariseChanges } from './diff-template.ts';
export type { TemplateChange } from './diff-template.ts';
export type { ChangeEffect } from './diff-judges.ts';
export { CALENDAR_PATTERNS, WEEKDAYS } from './calendar.ts';
export type { Calendar } from './calendar.ts';
export { fieldsOfPhysics, parsePhysics } from './physics-rule.ts';
export type { PhysicsRule } from './physics-rule.ts';
export { CONTAINMENTS, TAMPER_KINDS } from './vocabulary.ts';
export type { Containment, TamperKind } from './types.ts';
