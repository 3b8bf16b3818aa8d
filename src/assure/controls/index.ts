export { CONTROLS } from './register.ts';
export { judge } from './control.ts';
export type { Control, ControlOutcome, ProbeResult } from './control.ts';
export { CREDENTIAL_KINDS } from './probe-platform.ts';
export type {
  ApiAnswer,
  ConnectOutcome,
  CredentialKind,
  ProbeCaller,
  ProbePlatform,
  PublishOutcome,
  SearchOutcome,
  TamperOutcome,
} from './probe-platform.ts';
export { runControls, selectControls } from './run-controls.ts';
export type { Selection } from './run-controls.ts';
