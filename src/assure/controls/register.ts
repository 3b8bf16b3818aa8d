import type { Control } from './control.ts';
import { acknowledgedIsThere } from './probes/acknowledged-is-there.ts';
import { apiFloodsAreHeldBack } from './probes/api-floods-are-held-back.ts';
import { answersCanBeTraced } from './probes/answers-can-be-traced.ts';
import { backupsAreWhole } from './probes/backups-are-whole.ts';
import { badReadingsAreRefused } from './probes/bad-readings-are-refused.ts';
import { bothDoorsLeadIn } from './probes/both-doors-lead-in.ts';
import { canaryIsNotOnDisk } from './probes/canary-is-not-on-disk.ts';
import { classDecidesAll } from './probes/class-decides-all.ts';
import { classDecidesKeyDomain } from './probes/class-decides-key-domain.ts';
import { conditionsAreKeptApart } from './probes/conditions-are-kept-apart.ts';
import { connectionsAreWatched } from './probes/connections-are-watched.ts';
import { strangersAreNoticed } from './probes/strangers-are-noticed.ts';
import { tamperingIsContained } from './probes/tampering-is-contained.ts';
import { tiersKeepTheirBudget } from './probes/tiers-keep-their-budget.ts';
import { clonesAreNoticed } from './probes/clones-are-noticed.ts';
import { deviceHasOneEntry } from './probes/device-has-one-entry.ts';
import { devicesShowTheirProfile } from './probes/devices-show-their-profile.ts';
import { flippedBitIsFound } from './probes/flipped-bit-is-found.ts';
import { consentIsAsked } from './probes/consent-is-asked.ts';
import { categoriesStayHashed } from './probes/categories-stay-hashed.ts';
import { decisionsAreOnRecord } from './probes/decisions-are-on-record.ts';
import { everyCallIsDecided } from './probes/every-call-is-decided.ts';
import { encryptedSumsAreRight } from './probes/encrypted-sums-are-right.ts';
import { enrolmentAsksForProof } from './probes/enrolment-asks-for-proof.ts';
import { endedCredentialsAreRefused } from './probes/ended-credentials-are-refused.ts';
import { erasedStaysErased } from './probes/erased-stays-erased.ts';
import { everyControlIsFresh } from './probes/every-control-is-fresh.ts';
import { floodIsHeldBack } from './probes/flood-is-held-back.ts';
import { hostileTextIsInert } from './probes/hostile-text-is-inert.ts';
import { identifiersBecomeTokens } from './probes/identifiers-become-tokens.ts';
import { originalsNeedAGrant } from './probes/originals-need-a-grant.ts';
import { inventoryIsTrue } from './probes/inventory-is-true.ts';
import { keysAreLogged } from './probes/keys-are-logged.ts';
import { keysRotate } from './probes/keys-rotate.ts';
import { keysStayInCustody } from './probes/keys-stay-in-custody.ts';
import { leapsAreNoticed } from './probes/leaps-are-noticed.ts';
import { lessIsStored } from './probes/less-is-stored.ts';
import { logIsVerifiable } from './probes/log-is-verifiable.ts';
import { memoryStaysOffDisks } from './probes/memory-stays-off-disks.ts';
import { mtlsRefusesStrangers } from './probes/mtls-refuses-strangers.ts';
import { changesNeedWhoMay } from './probes/changes-need-who-may.ts';
import { noRoleSeesNothing } from './probes/no-role-sees-nothing.ts';
import { oneVersionSeals } from './probes/one-version-seals.ts';
import { onlyDeclaredListeners } from './probes/only-declared-listeners.ts';
import { onlyViewsCanBeAsked } from './probes/only-views-can-be-asked.ts';
import { privateViewsKeepTheirBudget } from './probes/private-views-keep-their-budget.ts';
import { dataStayInTheirRegion } from './probes/data-stay-in-their-region.ts';
import { purposesAreStated } from './probes/purposes-are-stated.ts';
import { queriesAreConfined } from './probes/queries-are-confined.ts';
import { readingsGoUnlessHeld } from './probes/readings-go-unless-held.ts';
import { readsAreLogged } from './probes/reads-are-logged.ts';
import { recordMatchesTheStore } from './probes/record-matches-the-store.ts';
import { requirementsExist } from './probes/requirements-exist.ts';
import { revokedIsOut } from './probes/revoked-is-out.ts';
import { signedRequestsCountOnce } from './probes/signed-requests-count-once.ts';
import { syntheticRowsCopyNothing } from './probes/synthetic-rows-copy-nothing.ts';
import { templateInForceIsLogged } from './probes/template-in-force-is-logged.ts';
import { tlsIsModern } from './probes/tls-is-modern.ts';
import { unenforcedIsAccepted } from './probes/unenforced-is-accepted.ts';
import { baselinesAreReadable } from './probes/baselines-are-readable.ts';
import { detectorsComplementEachOther } from './probes/detectors-complement-each-other.ts';
import { channelsAreJudged } from './probes/channels-are-judged.ts';
import { flowsKeepToTheirProfile } from './probes/flows-keep-to-their-profile.ts';
import { oddCommandsAreTold } from './probes/odd-commands-are-told.ts';
import { sensorsAreDoubted } from './probes/sensors-are-doubted.ts';
import { driftIsTold } from './probes/drift-is-told.ts';
import { windowsSilenceTheirOwn } from './probes/windows-silence-their-own.ts';
import { usualStaysQuiet } from './probes/usual-stays-quiet.ts';
import { alertsExplainThemselves } from './probes/alerts-explain-themselves.ts';
import { falseAlarmsStop } from './probes/false-alarms-stop.ts';
import { adviceCanBeFollowed } from './probes/advice-can-be-followed.ts';
import { alertsBecomeIncidents } from './probes/alerts-become-incidents.ts';

/** Every control of the platform. */
export const CONTROLS: readonly Control[] = [
  acknowledgedIsThere,
  answersCanBeTraced,
  apiFloodsAreHeldBack,
  backupsAreWhole,
  badReadingsAreRefused,
  bothDoorsLeadIn,
  canaryIsNotOnDisk,
  classDecidesAll,
  classDecidesKeyDomain,
  clonesAreNoticed,
  strangersAreNoticed,
  connectionsAreWatched,
  tamperingIsContained,
  consentIsAsked,
  dataStayInTheirRegion,
  deviceHasOneEntry,
  devicesShowTheirProfile,
  decisionsAreOnRecord,
  everyCallIsDecided,
  encryptedSumsAreRight,
  categoriesStayHashed,
  enrolmentAsksForProof,
  endedCredentialsAreRefused,
  erasedStaysErased,
  everyControlIsFresh,
  flippedBitIsFound,
  floodIsHeldBack,
  hostileTextIsInert,
  identifiersBecomeTokens,
  originalsNeedAGrant,
  inventoryIsTrue,
  keysAreLogged,
  keysRotate,
  keysStayInCustody,
  leapsAreNoticed,
  lessIsStored,
  logIsVerifiable,
  memoryStaysOffDisks,
  mtlsRefusesStrangers,
  noRoleSeesNothing,
  changesNeedWhoMay,
  oneVersionSeals,
  onlyDeclaredListeners,
  onlyViewsCanBeAsked,
  privateViewsKeepTheirBudget,
  purposesAreStated,
  queriesAreConfined,
  readingsGoUnlessHeld,
  readsAreLogged,
  recordMatchesTheStore,
  requirementsExist,
  revokedIsOut,
  signedRequestsCountOnce,
  syntheticRowsCopyNothing,
  templateInForceIsLogged,
  tlsIsModern,
  unenforcedIsAccepted,
  baselinesAreReadable,
  driftIsTold,
  sensorsAreDoubted,
  oddCommandsAreTold,
  flowsKeepToTheirProfile,
  channelsAreJudged,
  detectorsComplementEachOther,
  windowsSilenceTheirOwn,
  conditionsAreKeptApart,
  tiersKeepTheirBudget,
  usualStaysQuiet,
  alertsExplainThemselves,
  falseAlarmsStop,
  alertsBecomeIncidents,
  adviceCanBeFollowed,
];
