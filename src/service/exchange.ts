// What is served beside the API at a path of its own, such as `/mcp`: who serves it and where it is mounted know each other
// by this alone.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AgentId, Space } from '../core/resource.ts';
import type { Principal } from './principal.ts';

/** A request that was let in: whose it is, and its body as JSON where it has one. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: unknown;
  readonly principal: Principal;
  readonly space: Space;
  /** Whom it writes as, where it says so. */
  readonly agent?: AgentId;
}

export interface Mount {
  /** Such as `/mcp`: for the default space; others are below it. */
  readonly path: string;
  handle(exchange: Exchange): Promise<void>;
  /** Ends what is open when the server stops. */
  close(): Promise<void>;
}
