// Names that stay out: what `import` leaves alone unless asked, and what `export` never writes.

/** Left out by `import` at any depth: other tools' state, our own, secrets, and what installers make. */
export const IGNORED_NAMES: readonly string[] = [
  '.git',
  '.hg',
  '.svn',
  '.jj',
  '.bzr',
  '.entente',
  '.env',
  'node_modules',
  '.DS_Store',
  'Thumbs.db',
];

/** Folders of state that a written file could turn into running code, and secrets. Compared without case. */
const RESERVED = /^(\.git|\.hg|\.svn|\.jj|\.entente|git~\d+|\.env(\..*)?)$/i;
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;
const WINDOWS_CHARACTERS = /[<>:"|?*]|[. ]$/;

export function isIgnored(name: string): boolean {
  return IGNORED_NAMES.includes(name) || name.startsWith('.env.');
}

/** Why an id cannot be a file here; undefined when it can. */
export function unwritable(id: string, platform: string = process.platform): string | undefined {
  for (const segment of id.split('/')) {
    // Some file systems ignore trailing dots, blanks and invisible characters: `.git.` must not pass for another name.
    const plain = segment.replace(/[. ]+$/, '');
    if (RESERVED.test(segment) || RESERVED.test(plain)) return `${segment} is reserved`;
    if (platform === 'win32' && (WINDOWS_DEVICE.test(segment) || WINDOWS_CHARACTERS.test(segment))) {
      return `${segment} cannot be a file name on Windows`;
    }
  }
  return undefined;
}

/** Two ids with the same key are one file where the file system folds case. */
export function foldedKey(id: string): string {
  return id.normalize('NFC').toLowerCase();
}
