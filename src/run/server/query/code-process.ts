// All that a query process loads, without doing anything, so that Node keeps it compiled.
import '#base/core/index.ts';
import '#base/crypto/index.ts';
import '#flow/query/index.ts';
import '../process/lines.ts';
import '../process/parent-gone.ts';
import '../process/peer.ts';

await import('./code-of-entry.ts').catch(() => undefined);
