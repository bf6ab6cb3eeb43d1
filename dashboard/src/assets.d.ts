// What vite makes of imports that are no modules.
declare module '*.svg' {
  /** The address of the file. */
  const address: string;
  export default address;
}
declare module '*.css';
