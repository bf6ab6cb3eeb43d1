// `entente/client`: the controller over HTTP.
export type { StoreReport as SpaceReport } from '../core/report.ts';
export { type Client, createClient } from './client.ts';
export type { ClientLimits, ClientOptions } from './options.ts';
export type { MadeServerKey, NewServerKey, ServerKey } from './server-keys.ts';
export type { VerifyOptions } from './verification.ts';
