// Lets a bench file import `../src/x.ts` and measure what is shipped, the compiled `dist/x.js`. A loader that compiles
// on the fly would add helper calls around our functions and so measure itself. Bench files are only stripped of types.
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

const root = new URL('../', import.meta.url).href;
const sources = `${root}src/`;

export async function resolve(specifier, context, next) {
  const { parentURL } = context;
  if (parentURL?.startsWith(root) && specifier.startsWith('.') && specifier.endsWith('.ts')) {
    const url = new URL(specifier, parentURL).href;
    if (url.startsWith(sources)) return next(`${root}dist/${url.slice(sources.length, -'.ts'.length)}.js`, context);
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith(root) || !url.endsWith('.ts')) return next(url, context);
  const { default: ts } = await import('typescript');
  const { ModuleKind, ScriptTarget } = ts;
  const source = await readFile(fileURLToPath(url), 'utf8');
  const compilerOptions = {
    module: ModuleKind.ESNext,
    target: ScriptTarget.ES2023,
    inlineSourceMap: true,
    verbatimModuleSyntax: true,
  };
  const { outputText } = ts.transpileModule(source, { fileName: fileURLToPath(url), compilerOptions });
  return { format: 'module', shortCircuit: true, source: outputText };
}

if (isMainThread) register(import.meta.url);
