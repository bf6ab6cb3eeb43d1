// The files that a package manager writes and nobody else should: their names, what they are written from, and the
// command that writes them anew with as few changes as it can.

/** How one kind of lock file is made. */
export interface LockFile {
  /** What people edit instead. */
  readonly source: string;
  /** Writes the lock file anew from its source. */
  readonly command: string;
}

const npm = { source: 'package.json', command: 'npm install --package-lock-only' };
const bun = { source: 'package.json', command: 'bun install --lockfile-only' };
const bundler = { source: 'Gemfile', command: 'bundle lock' };

const byName: ReadonlyMap<string, LockFile> = new Map([
  ['package-lock.json', npm],
  ['npm-shrinkwrap.json', npm],
  ['yarn.lock', { source: 'package.json', command: 'yarn install' }],
  ['pnpm-lock.yaml', { source: 'package.json', command: 'pnpm install --lockfile-only' }],
  ['bun.lock', bun],
  ['bun.lockb', bun],
  ['deno.lock', { source: 'deno.json', command: 'deno install' }],
  ['Cargo.lock', { source: 'Cargo.toml', command: 'cargo update --workspace' }],
  ['poetry.lock', { source: 'pyproject.toml', command: 'poetry lock' }],
  ['uv.lock', { source: 'pyproject.toml', command: 'uv lock' }],
  ['pdm.lock', { source: 'pyproject.toml', command: 'pdm lock --update-reuse' }],
  ['pylock.toml', { source: 'pyproject.toml', command: 'pip lock -e .' }],
  ['pixi.lock', { source: 'pixi.toml', command: 'pixi lock' }],
  ['Pipfile.lock', { source: 'Pipfile', command: 'pipenv lock' }],
  ['composer.lock', { source: 'composer.json', command: 'composer update --lock' }],
  ['Gemfile.lock', bundler],
  ['gems.locked', { ...bundler, source: 'gems.rb' }],
  ['go.sum', { source: 'go.mod', command: 'go mod tidy' }],
  ['go.work.sum', { source: 'go.work', command: 'go work sync' }],
  ['mix.lock', { source: 'mix.exs', command: 'mix deps.get' }],
  ['pubspec.lock', { source: 'pubspec.yaml', command: 'dart pub get' }],
  ['Package.resolved', { source: 'Package.swift', command: 'swift package resolve' }],
  ['Podfile.lock', { source: 'Podfile', command: 'pod install' }],
  ['packages.lock.json', { source: 'the project file', command: 'dotnet restore --force-evaluate' }],
  ['gradle.lockfile', { source: 'the build file', command: 'gradle dependencies --write-locks' }],
  ['conan.lock', { source: 'the recipe (conanfile)', command: 'conan lock create .' }],
  ['MODULE.bazel.lock', { source: 'MODULE.bazel', command: 'bazel mod deps' }],
  ['Cartfile.resolved', { source: 'Cartfile', command: 'carthage update' }],
  ['shard.lock', { source: 'shard.yml', command: 'shards install' }],
  ['flake.lock', { source: 'flake.nix', command: 'nix flake lock' }],
  ['Chart.lock', { source: 'Chart.yaml', command: 'helm dependency update' }],
  ['.terraform.lock.hcl', { source: 'the provider requirements', command: 'terraform init' }],
]);

/** What is known of the lock file at a path, by its exact name; undefined if it is none. */
export function lockFileAt(path: string): LockFile | undefined {
  return byName.get(path.slice(path.lastIndexOf('/') + 1));
}
