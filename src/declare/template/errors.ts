import { PlatformError } from '#base/core/index.ts';

/** Codes of single findings about a template file, carried by a `Diagnostic`. */
export type DiagnosticErrorCode =
  | 'TEMPLATE_YAML_INVALID'
  | 'TEMPLATE_TOO_LARGE'
  | 'TEMPLATE_KEY_UNKNOWN'
  | 'TEMPLATE_KEY_MISSING'
  | 'TEMPLATE_TYPE_WRONG'
  | 'TEMPLATE_WORD_UNKNOWN'
  | 'TEMPLATE_VALUE_INVALID'
  | 'TEMPLATE_NAME_INVALID'
  | 'TEMPLATE_NAME_RESERVED'
  | 'TEMPLATE_NAME_TAKEN'
  | 'TEMPLATE_REFERENCE_UNKNOWN'
  | 'TEMPLATE_RANGE_INVALID'
  | 'TEMPLATE_FIELD_CONFLICT'
  | 'TEMPLATE_PURPOSE_MISSING'
  | 'TEMPLATE_UNIT_UNKNOWN'
  | 'TEMPLATE_PATTERN_INVALID'
  | 'TEMPLATE_LISTEN_INVALID'
  | 'TEMPLATE_EXTENDS_INVALID'
  | 'TEMPLATE_FILE_MISSING'
  | 'TEMPLATE_POLICY_INVALID'
  | 'TEMPLATE_VIEW_INVALID';

export type TemplateErrorCode = 'TEMPLATE_FORM_INVALID';

/** Raised by this room. Findings about a template are values, not errors. */
export class TemplateError extends PlatformError<TemplateErrorCode> {}
