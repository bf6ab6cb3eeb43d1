// The shape of the tree: sizes that are argued, and nothing of the machine that a file was written on.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dashboardModules, readText, root, shippedModules } from './tree.ts';

const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));

describe('the tree', () => {
  it('[HS6] a module of more than 350 lines says why, at its head: “Longer than most: …”', () => {
    const long = [...shippedModules(), ...dashboardModules()].filter((path) => {
      const lines = readText(path).split('\n');
      return lines.length > 350 && !lines.slice(0, 12).some((line) => /^(\/\/|\s\*).*\b[Ll]onger than\b/.test(line));
    });
    expect(long).toEqual([]);
  });

  it('[HS6] every module opens with a comment on its place', () => {
    const bare = [...shippedModules(), ...dashboardModules()].filter(
      (path) => !/^(#!.*\n)?(\/\/|\/\*\*) /.test(readText(path)),
    );
    expect(bare).toEqual([]);
  });

  it('[HS7] no tracked file holds a path of a machine or the address of a package registry', () => {
    // Put together here, so that this file does not find itself.
    const machine = [
      new RegExp(`(?<![\\w.])/(${['wo' + 'rk', 'ro' + 'ot'].join('|')})/`),
      new RegExp(`(?<![\\w.])/(${['ho' + 'me', 'Us' + 'ers'].join('|')})/(?!you/|me/|agent/)\\w+/`),
      new RegExp(['registry', 'npmjs'].join('\\.')),
      // A room of this tree that is a package of its own is linked by its folder.
      new RegExp(`"${'resol' + 'ved'}": "(?!dashboard")`),
    ];
    const found = tracked.flatMap((path) => {
      const text = readText(path);
      return machine.filter((pattern) => pattern.test(text)).map((pattern) => `${path}: ${pattern.source}`);
    });
    expect(found).toEqual([]);
  });

  it('[HS7] the lock file names every package by content, not by where it was fetched', () => {
    const { packages } = JSON.parse(readText('package-lock.json')) as {
      packages: { [name: string]: { integrity?: string; link?: boolean } };
    };
    const ours = ['', 'dashboard'];
    const loose = Object.entries(packages).filter(
      ([name, { integrity, link }]) => !ours.includes(name) && link !== true && integrity === undefined,
    );
    expect(loose.map(([name]) => name)).toEqual([]);
  });
});
