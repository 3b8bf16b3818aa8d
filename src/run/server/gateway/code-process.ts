// All that the threads of a gateway load, without doing anything, so that Node keeps it compiled.
import '#base/core/index.ts';
import '#base/crypto/index.ts';
import '#declare/template/index.ts';
import '#flow/gateway/index.ts';
import '#flow/ingest/index.ts';
import '#flow/journal/index.ts';
import '#trust/consent/index.ts';
import '#trust/identity/index.ts';
import '../log.ts';
import '../metrics.ts';
import '../process/lines.ts';
import '../process/peer.ts';
import './counted-ingest.ts';
import './device-sessions.ts';
import './directory.ts';
import './key-stock.ts';
import './publish-guard.ts';
import './token-keys.ts';
import './visible-pace.ts';
import './window-host.ts';

await import('./code-of-entries.ts').catch(() => undefined);
