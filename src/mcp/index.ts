// The Model Context Protocol over the service: a session for whom it works, a server for each connection or request.
export type { Exchange as McpExchange, Mount as McpMount } from '../service/exchange.ts';
export { createMcpMount, type McpMountOptions } from './http.ts';
export { createMcpServer, type ServerSettings } from './server.ts';
export { createSession, type Session, type SessionOptions } from './session.ts';
export { type StdioOptions, serveMcp } from './stdio.ts';
