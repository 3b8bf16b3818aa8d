import type { Route } from './route.ts';
import { AGENT_ROUTES } from './routes/agents.ts';
import { ALERT_ROUTES } from './routes/alerts.ts';
import { WEBHOOK_ROUTES } from './routes/webhooks.ts';
import { AUDIT_ROUTES } from './routes/audit.ts';
import { AUTHORITY_ROUTES } from './routes/authorities.ts';
import { CERTIFICATE_STATUS_ROUTES } from './routes/certificate-status.ts';
import { COLLECTION_ROUTES } from './routes/collection.ts';
import { CONSENT_ROUTES } from './routes/consents.ts';
import { CRYPTO_ROUTES } from './routes/crypto.ts';
import { API_KEY_ROUTES } from './routes/api-keys.ts';
import { BACKUP_ROUTES } from './routes/backups.ts';
import { DATASET_ROUTES } from './routes/datasets.ts';
import { DEVICE_ROUTES } from './routes/devices.ts';
import { EXPECTED_DEVICE_ROUTES } from './routes/expected-devices.ts';
import { ENCRYPTED_SUM_ROUTES } from './routes/encrypted-sums.ts';
import { EST_ROUTES } from './routes/est.ts';
import { JOURNAL_ROUTES } from './routes/journal.ts';
import { KEY_ROUTES } from './routes/keys.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { PEOPLE_ROUTES } from './routes/people.ts';
import { PLATFORM_ROUTES } from './routes/platform.ts';
import { PUBLIC_ROUTES } from './routes/public.ts';
import { PROPOSAL_ROUTES } from './routes/proposals.ts';
import { RELEASE_ROUTES } from './routes/releases.ts';
import { RETENTION_ROUTES } from './routes/retention.ts';
import { TRANSFER_ROUTES } from './routes/transfers.ts';
import { PRIVACY_ROUTES } from './routes/privacy.ts';
import { QUERY_ROUTES } from './routes/queries.ts';
import { REVOCATION_ROUTES } from './routes/revocation.ts';
import { SERVICE_ROUTES } from './routes/services.ts';
import { SESSION_ROUTES } from './routes/sessions.ts';
import { PRIVACY_RECORD_ROUTES } from './routes/privacy-record.ts';
import { SUBJECT_ROUTES } from './routes/subjects.ts';
import { SIGN_IN_ROUTES } from './routes/sign-in.ts';
import { SIGNING_KEY_ROUTES } from './routes/signing-keys.ts';
import { TOKEN_ROUTES } from './routes/tokens.ts';
import { TEMPLATE_ROUTES } from './routes/template.ts';

/** Every route of the API past the gateway. */
export const ROUTES: readonly Route[] = [
  ...PLATFORM_ROUTES,
  ...DEVICE_ROUTES,
  ...EXPECTED_DEVICE_ROUTES,
  ...REVOCATION_ROUTES,
  ...CERTIFICATE_STATUS_ROUTES,
  ...EST_ROUTES,
  ...AUTHORITY_ROUTES,
  ...PEOPLE_ROUTES,
  ...KEY_ROUTES,
  ...RETENTION_ROUTES,
  ...JOURNAL_ROUTES,
  ...TRANSFER_ROUTES,
  ...CONSENT_ROUTES,
  ...BACKUP_ROUTES,
  ...ALERT_ROUTES,
  ...WEBHOOK_ROUTES,
  ...SUBJECT_ROUTES,
  ...PRIVACY_RECORD_ROUTES,
  ...COLLECTION_ROUTES,
  ...CRYPTO_ROUTES,
  ...SERVICE_ROUTES,
  ...API_KEY_ROUTES,
  ...AGENT_ROUTES,
  ...SIGNING_KEY_ROUTES,
  ...SESSION_ROUTES,
  ...SIGN_IN_ROUTES,
  ...TEMPLATE_ROUTES,
  ...PROPOSAL_ROUTES,
  ...QUERY_ROUTES,
  ...PRIVACY_ROUTES,
  ...DATASET_ROUTES,
  ...RELEASE_ROUTES,
  ...ENCRYPTED_SUM_ROUTES,
  ...TOKEN_ROUTES,
  ...AUDIT_ROUTES,
  ...PUBLIC_ROUTES,
  ...openApiRoutes(() => ROUTES),
];

/** Those that last, as method and path. */
export const LONG_ROUTES: readonly string[] = ROUTES.filter(({ long }) => long === true).map(
  ({ method, path }) => `${method} ${path}`,
);
