// `entente/client`: the controller over HTTP.
export { type Client, createClient } from './client.ts';
export type { ClientLimits, ClientOptions } from './options.ts';
