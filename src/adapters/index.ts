// `entente/adapters`: tool functions of agents, as they are, behind entente. Works on a store and on a server alike.
export { createSession, type Session, type SessionOptions } from './session.ts';
export {
  type ReadOptions,
  type Tool,
  type ToolFunction,
  type ToolOptions,
  type WriteOptions,
  withEntente,
} from './with-entente.ts';
