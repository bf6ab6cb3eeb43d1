// Starts the machine (WebAssembly) that all grammars of a thread share, with a stack that is large enough. The one that
// it comes with, of 64 KiB, a few thousand nested brackets overflow, into the machine's other memory. On a large one the
// same text ends in an error of JavaScript's stack, which is harmless: the place in ours is set back, and it goes on.
import { loadTreeSitter, readTreeSitter } from '../packages.ts';

const STACK_BYTES = 16 * 1024 * 1024;

/** What is used of WebAssembly: its own types come with those of browsers only. */
interface Instance {
  readonly exports: { readonly malloc?: unknown };
}
interface Imports {
  readonly env: { readonly __stack_pointer?: { value: number } };
}
interface WebAssembly {
  readonly compile: (code: Uint8Array) => Promise<object>;
  readonly instantiate: (module: object, imports: Imports) => Promise<Instance>;
}

interface Machine {
  /** To be called after an error came out of the machine. */
  readonly recover: () => void;
}

let starting: Promise<Machine> | undefined;

/** The same machine at each call. Rejects where the package is not there, or is not as it is known. */
export function startMachine(): Promise<Machine> {
  starting ??= start();
  return starting;
}

async function start(): Promise<Machine> {
  const { Parser } = loadTreeSitter();
  const { compile, instantiate } = (globalThis as unknown as { readonly WebAssembly: WebAssembly }).WebAssembly;
  const module = await compile(await readTreeSitter());
  const found: { imports?: Imports; instance?: Instance } = {};
  await new Promise<void>((resolve, reject) => {
    const instantiateWasm = (imports: Imports, done: (instance: Instance, from: object) => void): object => {
      instantiate(module, imports).then((instance) => {
        found.imports = imports;
        found.instance = instance;
        done(instance, module);
      }, reject);
      return {};
    };
    Parser.init({ instantiateWasm } as unknown as Parameters<typeof Parser.init>[0]).then(resolve, reject);
  });
  const malloc = found.instance?.exports.malloc;
  const pointer = found.imports?.env.__stack_pointer;
  if (typeof malloc !== 'function' || pointer === undefined) throw new Error('another machine than the one known');
  const bottom: unknown = malloc(STACK_BYTES);
  if (typeof bottom !== 'number' || bottom === 0) throw new Error('no memory for a stack');
  const top = Math.floor((bottom + STACK_BYTES) / 16) * 16;
  const recover = (): void => {
    pointer.value = top;
  };
  recover();
  return { recover };
}
