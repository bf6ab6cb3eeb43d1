// As much of make-fetch-happen as the test of it uses. Its published types bring those of the DOM into every file here.
declare module 'make-fetch-happen' {
  interface Options {
    readonly method?: string;
    readonly headers?: { readonly [name: string]: string };
    readonly body?: string;
    /** A folder: what is kept lies there. */
    readonly cachePath?: string;
    readonly retry?: boolean;
  }
  interface Fetcher {
    (url: string, options?: Options): Promise<Response>;
    defaults(options: Options): Fetcher;
  }
  const fetcher: Fetcher;
  export = fetcher;
}
