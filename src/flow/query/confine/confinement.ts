import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { ByteCount } from '#base/core/index.ts';

/** A program and its arguments. */
export interface Command {
  readonly command: string;
  readonly arguments: readonly string[];
}

/** What a confined process is given of the machine. All paths are absolute, and the same inside as outside. */
export interface ConfinementOptions {
  /** The program to run inside; its file and arguments must lie under `reads`. */
  readonly program: Command;
  /** Files and directories that it may read: program, sources, modules, sealed objects. */
  readonly reads: readonly string[];
  /** An empty directory that the process's own root is mounted on, in its own namespace only. */
  readonly mountPoint: string;
  /** Most memory that its `/dev/shm`, the only place that it can write to, may take. */
  readonly memoryFiles: ByteCount;
  /** Most memory of its own that it may have; the engine's limit does not count all that a statement takes. */
  readonly memory?: ByteCount;
}

/** Libraries and loader of the system, as far as they exist. */
const SYSTEM_READS = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/etc/ld.so.cache'];

/** Tools that the last steps call from within the new root. */
const INNER_TOOLS = ['umount', 'setpriv'];
const OUTER_TOOLS = ['unshare', 'mount', 'pivot_root', 'sh', 'mkdir', 'cp'];
const TOOL_FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

const NAMESPACES = [
  '--user',
  '--map-root-user',
  '--net',
  '--pid',
  '--fork',
  '--kill-child=SIGKILL',
  '--mount',
  '--ipc',
  '--uts',
];

/**
 * The steps inside the new namespaces, as a POSIX shell script: a root of its own in memory, the allowed paths bound
 * into it read-only, a `/proc` that shows only its own processes, the old root gone, then every capability dropped.
 * Arguments: size of /dev/shm, data limit in KiB or `unlimited`, mount point, umount, setpriv, allowed paths, `--`, command.
 */
const SCRIPT = `set -eu
size=$1 memory=$2 root=$3 umount=$4 setpriv=$5; shift 5
ulimit -c 0
[ "$memory" = unlimited ] || ulimit -d "$memory"
mount --make-rprivate /
mount -t tmpfs -o mode=0755,nosuid,nodev,size=4m tmpfs "$root"
while [ "$1" != -- ]; do
  path=$1; shift
  mkdir -p "$root\${path%/*}"
  if [ -L "$path" ]; then cp -P "$path" "$root$path"; continue; fi
  if [ -d "$path" ]; then mkdir -p "$root$path"; elif [ -e "$root$path" ]; then continue; else : >"$root$path"; fi
  mount --bind "$path" "$root$path"
  mount -o remount,bind,ro,nosuid,nodev "$root$path"
done
shift
mkdir -p "$root/proc" "$root/dev/shm" "$root/tmp" "$root/.old"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t tmpfs -o "mode=0700,nosuid,nodev,noexec,size=$size" tmpfs "$root/dev/shm"
for device in null urandom; do : >"$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
mount -o remount,bind,ro,nosuid,nodev "$root"
cd "$root"
pivot_root . .old
cd /
"$umount" -l /.old
exec "$setpriv" --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all "$@"
`;

/**
 * The command that starts a program in namespaces of its own: user, network (no interface), processes, mounts, IPC.
 * It can read the named paths and write to memory; it can reach no network and see no other process. Standard
 * streams and Node's IPC channel pass through. Ending the command ends the program.
 *
 * @returns null where a tool of util-linux is missing
 * @see unshare(1), user_namespaces(7), pivot_root(2)
 */
export function confine(options: ConfinementOptions): Command | null {
  const inner = INNER_TOOLS.map((name) => findTool(name));
  const outer = OUTER_TOOLS.map((name) => findTool(name));
  const [unshare] = outer;
  const sh = outer[OUTER_TOOLS.indexOf('sh')];
  if (inner.includes(null) || outer.includes(null) || typeof unshare !== 'string' || typeof sh !== 'string')
    return null;
  const tools = inner.filter((tool) => tool !== null);
  const reads = [...SYSTEM_READS.filter((place) => exists(place)), ...tools, ...options.reads];
  return {
    command: unshare,
    arguments: [
      ...NAMESPACES,
      '--',
      sh,
      '-c',
      SCRIPT,
      'confine',
      String(options.memoryFiles),
      dataLimit(options.memory),
      options.mountPoint,
      ...tools,
      ...uncovered(reads),
      '--',
      options.program.command,
      ...options.program.arguments,
    ],
  };
}

/**
 * The command that starts a program with a bound on its memory and without core dumps, but otherwise unconfined.
 *
 * @returns the program itself where there is no shell
 * @see setrlimit(2), RLIMIT_DATA
 */
export function limitMemory(program: Command, memory: ByteCount): Command {
  const sh = findTool('sh');
  if (sh === null || process.platform !== 'linux') return program;
  const script = 'ulimit -c 0; ulimit -d "$1"; shift; exec "$@"';
  return {
    command: sh,
    arguments: ['-c', script, 'limit', dataLimit(memory), program.command, ...program.arguments],
  };
}

/** In the units of the shell's `ulimit`. */
function dataLimit(memory: ByteCount | undefined): string {
  return memory === undefined ? 'unlimited' : String(Math.ceil(memory / 1_024));
}

/** Paths without those that lie under another one, shortest first: a bind of a folder covers what is in it. */
function uncovered(paths: readonly string[]): string[] {
  const kept: string[] = [];
  for (const place of [...new Set(paths.map((each) => path.resolve(each)))].sort((a, b) => a.length - b.length)) {
    if (!kept.some((folder) => place.startsWith(`${folder}/`))) kept.push(place);
  }
  return kept;
}

function findTool(name: string): string | null {
  for (const folder of TOOL_FOLDERS) {
    const file = path.join(folder, name);
    if (executable(file)) return file;
  }
  return null;
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function exists(file: string): boolean {
  try {
    accessSync(file, constants.F_OK);
    return true;
  } catch {
    return false;
  }
}
