// The build of the dashboard into the package: hashed assets, nothing inline, nothing from elsewhere (its pages are served
// under a policy that lets neither run).
import { defineConfig, type UserConfig } from 'vite';

const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  base: '/',
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    // Colours of both themes stand in one place, by light-dark().
    target: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Which files a page loads first: the test of its weight reads it.
    manifest: 'manifest.json',
    reportCompressedSize: false,
  },
  server: { proxy: { '/v1': 'http://127.0.0.1:4711', '/.well-known': 'http://127.0.0.1:4711' } },
});

export default config;
