export { CONTROLS } from './register.ts';
export { ControlsError } from './errors.ts';
export type { ControlsErrorCode } from './errors.ts';
export { EVIDENCE_TYPE, evidenceKeys, signEvidence, verifyEvidence } from './evidence-bundle.ts';
export type { Evidence } from './evidence-bundle.ts';
export { judge } from './control.ts';
export type { Control, ControlOutcome, ProbeResult } from './control.ts';
export { CREDENTIAL_KINDS } from './door-trials.ts';
export type { FleetSumTrial, HashingTrial, LiveWindowTrial, SynthesisTrial, WindowTrial } from './derived-trials.ts';
export type {
  ApiAnswer,
  ConnectOutcome,
  CredentialKind,
  HandshakeOutcome,
  ListeningPort,
  Pace,
  ProbeCaller,
  ProgramCredentialKind,
  PublishOutcome,
  CloneTrial,
  RevokeTrial,
  TlsListener,
  TlsOffer,
  AgreementOutcome,
  AdviceTrial,
  InventoryTrial,
  SignatureTrial,
} from './door-trials.ts';
export type {
  CorrectionTrial,
  RightsTrial,
  ConsentTrial,
  RegionTrial,
  ClassTrial,
  PrivacyTrial,
} from './people-trials.ts';
export type { DeclaredStream, ProbePlatform } from './probe-platform.ts';
export type {
  KnownKey,
  LogCheck,
  ArchiveTrial,
  LetGoTrial,
  RotateTrial,
  BackupTrial,
  KeySearch,
  SearchOutcome,
  TracedAnswers,
  TamperOutcome,
} from './stored-trials.ts';
export type {
  TamperTrial,
  TiersTrial,
  DriftTrial,
  WatchTrial,
  AttackTrial,
  CommandTrial,
  ConditionTrial,
  ChannelTrial,
  FlowTrial,
  KindsTrial,
  SensorTrial,
  ConnectionTrial,
  StrangerTrial,
  ToldAlert,
} from './watch-trials.ts';
export { runControls, selectControls } from './run-controls.ts';
export type { Selection } from './run-controls.ts';
