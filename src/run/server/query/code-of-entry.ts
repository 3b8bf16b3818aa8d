// Loaded, which compiles it, and not run: see gateway/code-of-entries.ts.
import '../process/run-no-further.ts';
import './process.ts';
