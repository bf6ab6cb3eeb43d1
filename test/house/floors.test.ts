// Holds the floors of the house: imports go downwards only, and the package root stays free of drivers and servers.
import { describe, expect, it } from 'vitest';
import { type Import, importsOf } from './imports.ts';
import { dashboardModules, readText, shippedModules } from './tree.ts';

const belowControl = ['core', 'merge', 'strategies', 'stores/store.ts', 'stores/direct.ts'];
/** What each room of src/ may import beside itself; `types:` allows `import type` alone. */
const mayImport: { readonly [room: string]: readonly string[] } = {
  core: [],
  merge: ['core'],
  strategies: ['core', 'types:merge'],
  stores: ['core'],
  controller: belowControl,
  verify: belowControl,
  service: ['controller', 'verify', 'strategies', 'stores/store.ts', 'core'],
  http: ['service', 'core'],
  mcp: ['service', 'core'],
  client: ['core', 'strategies', 'types:controller', 'types:stores/store.ts'],
  adapters: ['core', 'types:controller'],
  guard: ['service', 'core', 'types:controller', 'types:merge'],
  cli: ['core', 'merge', 'strategies', 'stores', 'controller', 'verify', 'service', 'http', 'mcp', 'client', 'guard'],
};
/** Rooms of words and pure functions: nothing of the machine but the hash function, clocks, threads and the number of cores. */
const pure = ['core', 'merge', 'strategies'];
const harmless = ['node:crypto', 'node:os', 'node:perf_hooks', 'node:worker_threads', 'node:url', 'node:buffer'];

/** The one pure module that loads other people's parsers, when they are needed first, and which ones. */
const seam = 'src/merge/packages.ts';
const parsers = ['yaml', '@decimalturn/toml-patch', 'web-tree-sitter'];

const roomOf = (path: string): string => path.split('/')[1] ?? '';
const modules = shippedModules();
const inRooms = modules.filter((path) => path.split('/').length > 2);

function allowed({ from, target = '', typeOnly }: Import): boolean {
  const [room, inside] = [roomOf(from), target.replace(/^src\//, '')];
  return [room, ...(mayImport[room] ?? [])].some((entry) => {
    const needsType = entry.startsWith('types:');
    const name = entry.replace('types:', '');
    return (inside === name || inside.startsWith(`${name}/`)) && (typeOnly || !needsType);
  });
}

describe('floors', () => {
  it('[HS1] every room imports downwards only, and nobody imports the package root', () => {
    const unknown = inRooms.filter((path) => mayImport[roomOf(path)] === undefined);
    expect(unknown, 'a new room: give it a floor in this test').toEqual([]);
    const own = inRooms.flatMap(importsOf).filter(({ target }) => target !== undefined);
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((one) => !allowed(one)).map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });

  it('[HS1] core, merge and strategies touch neither disk nor network', () => {
    const outside = inRooms.filter((path) => pure.includes(roomOf(path))).flatMap(importsOf);
    const ofSeam = ['node:module', 'node:fs/promises', ...parsers];
    const wrong = outside.filter(({ from, target, specifier }) => {
      const known = from === seam ? ofSeam : harmless;
      return target === undefined && !known.includes(specifier);
    });
    expect(wrong.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });

  it('[HS1] parsers are loaded by one module, on demand, and no other one than those of its list', () => {
    const loaded = [...readText(seam).matchAll(/\bload\('([^']+)'\)/g)].map(([, name]) => name);
    expect(loaded.sort()).toEqual([...parsers].sort());
    const others = modules.filter((path) => path !== seam && roomOf(path) === 'merge');
    expect(others.filter((path) => readText(path).includes('createRequire(import.meta'))).toEqual([]);
  });

  it('[HS1] the dashboard knows the HTTP API alone: it imports no module of ours, and its rooms downwards only', () => {
    const floors = ['api', 'live', 'parts', 'screens', 'shell', 'main.tsx'];
    const floorOf = (path: string): number => floors.indexOf(path.split('/')[2] ?? '');
    const own = dashboardModules().flatMap(importsOf);
    expect(own.length).toBeGreaterThan(0);
    const outside = own.filter(({ target }) => target !== undefined && !target.startsWith('dashboard/src/'));
    expect(outside.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
    const shared = /^dashboard\/src\/(?:styles\/|icon\.svg|shell\/(?:announce|keys|routes|settings|toasts|screens)\.)/;
    const up = own.filter(
      ({ from, target }) => target !== undefined && !shared.test(target) && floorOf(target) > floorOf(from),
    );
    expect(up.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
    const screens = own.filter(({ from, target = '' }) => {
      const [, of] = /^dashboard\/src\/screens\/(\w+)\//.exec(from) ?? [];
      const [, other] = /^dashboard\/src\/screens\/(\w+)\//.exec(target) ?? [];
      return of !== undefined && other !== undefined && of !== other;
    });
    expect(screens.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });

  it('[HS2] the package root loads no driver, no server and no other package', () => {
    const seen = new Set<string>();
    const visit = (path: string): string[] => {
      if (seen.has(path)) return [];
      seen.add(path);
      const loaded = importsOf(path).filter(({ typeOnly, lazy }) => !typeOnly && !lazy);
      return loaded.flatMap(({ target, specifier }) => {
        if (target !== undefined) return visit(target);
        const heavy =
          !specifier.startsWith('node:') || /^node:(sqlite|http2?|https|net|tls|child_process)$/.test(specifier);
        return heavy ? [`${path} imports ${specifier}`] : [];
      });
    };
    expect(visit('src/index.ts')).toEqual([]);
    expect([...seen].filter((path) => /^src\/(cli|client|service|http|mcp|stores\/sqlite)/.test(path))).toEqual([]);
  });

  it('[CT10] all that the client loads runs in a browser', () => {
    const seen = new Set<string>();
    const outside: string[] = [];
    const visit = (path: string): void => {
      if (seen.has(path)) return;
      seen.add(path);
      if (/\b(?:Buffer|process|require)\b\s*[.(]/.test(readText(path))) outside.push(`${path} uses a global of Node`);
      for (const { target, specifier, typeOnly } of importsOf(path)) {
        if (typeOnly) continue;
        if (target === undefined) outside.push(`${path} imports ${specifier}`);
        else visit(target);
      }
    };
    visit('src/client/index.ts');
    expect(outside).toEqual([]);
    expect(seen.size).toBeGreaterThan(10);
  });
});
