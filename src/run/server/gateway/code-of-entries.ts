// Entries of processes and threads do something when they run: here they are loaded, which compiles them, and none runs,
// for what stands before them throws.
import '../process/run-no-further.ts';
import './process.ts';
import './worker.ts';
