// The files that this process itself writes its words into (`entente guard > log`, nohup): were they guarded, each line about
// them would be a change of them, without end.
import * as fs from 'node:fs';

let outputs: readonly fs.BigIntStats[] | undefined;

function ownOutputs(): readonly fs.BigIntStats[] {
  outputs ??= [1, 2].flatMap((fd) => {
    try {
      const found = fs.fstatSync(fd, { bigint: true });
      return found.isFile() ? [found] : [];
    } catch {
      return [];
    }
  });
  return outputs;
}

export function isOwnOutput({ dev, ino }: fs.BigIntStats): boolean {
  return ownOutputs().some((one) => one.ino === ino && one.dev === dev);
}

/** The same of a path. Costs nothing where stdout and stderr are no files. */
export function isOwnFile(file: string): boolean {
  if (ownOutputs().length === 0) return false;
  try {
    const found = fs.lstatSync(file, { bigint: true, throwIfNoEntry: false });
    return found !== undefined && isOwnOutput(found);
  } catch {
    return false;
  }
}
