export type {
  DeviceType,
  Detection,
  Diagnostic,
  Field,
  Limits,
  Listen,
  ReferenceTable,
  Role,
  Stream,
  Template,
  TlsRules,
  View,
} from './types.ts';
