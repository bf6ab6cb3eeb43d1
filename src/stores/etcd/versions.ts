// Which versions of etcd have faults that this store has to live with. It does: guards are compared in the commit, and
// what a watch says is only a hint. But nobody should run them without knowing.

/** The first releases without the known faults, for each line that is maintained. */
const sound: readonly (readonly [major: number, minor: number, patch: number])[] = [
  [3, 5, 33],
  [3, 6, 14],
  [3, 7, 1],
];

/** What is to be said about a version of etcd, if anything is. */
export function warningFor(version: string | undefined): string | undefined {
  const [, ...parts] = /^(\d+)\.(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  const [major = 0, minor = 0, patch = 0] = parts.map(Number);
  if (parts.length === 0)
    return 'it does not tell its version; etcd 3.5.33, 3.6.14 or 3.7.1 is the least for production.';
  const line = sound.find(([a, b]) => a === major && b === minor);
  const isOld = line === undefined ? major < 3 || (major === 3 && minor < 5) : patch < line[2];
  if (!isOld) return undefined;
  return `etcd ${version} has known faults in watches and reads (commits are compared all the same): use 3.5.33, 3.6.14, 3.7.1 or newer.`;
}
