// All that the threads of a gateway load: run by itself, without doing anything, so that Node keeps it compiled.
import '#base/core/index.ts';
import '#base/crypto/index.ts';
import '#declare/template/index.ts';
import '#flow/gateway/index.ts';
import '#flow/ingest/index.ts';
import '#flow/journal/index.ts';
import '#trust/identity/index.ts';
import '../log.ts';
import '../process/lines.ts';
import '../process/peer.ts';
import './counted-ingest.ts';
import './directory.ts';
import './key-stock.ts';
import './publish-guard.ts';
