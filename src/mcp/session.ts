// Whom the server works for: one principal in one space of one service, written as one agent. The transport makes it; the
// tools get nothing else, so that they are the same over stdio and over HTTP.
import { randomBytes } from 'node:crypto';
import { type AgentId, parseSpace, type Space } from '../core/resource.ts';
import type { Call } from '../service/operation.ts';
import type { Principal } from '../service/principal.ts';
import type { Service } from '../service/service.ts';

export interface SessionOptions {
  readonly service: Service;
  readonly principal: Principal;
  readonly space: string;
  /** Another name to write as: it needs an `act-as` grant. @default the principal's own */
  readonly agent?: AgentId;
  /** Whoever sits at the client and may be asked to decide a conflict. @default nobody is asked */
  readonly person?: Principal;
  /** Where people have the dashboard of this server, such as `http://127.0.0.1:4711`. @default there is none */
  readonly dashboard?: string;
  /** The principal works on the store itself and holds no key. @default false */
  readonly local?: boolean;
  /** Told of what failed inside: the caller hears no more than that it did. */
  readonly onFault?: (error: unknown) => void;
}

export interface CallAs {
  readonly signal?: AbortSignal;
  /** @default the session's principal */
  readonly principal?: Principal;
  /** @default the session's space */
  readonly space?: string;
}

export interface Session {
  readonly service: Service;
  readonly principal: Principal;
  readonly space: Space;
  readonly agent?: AgentId;
  readonly person?: Principal;
  readonly dashboard?: string;
  readonly local: boolean;
  /** A call of an operation. */
  call(as?: CallAs): Call;
  /** A word that nobody could know before: the mark of a fence. */
  mark(): string;
  fault(error: unknown): void;
}

export function createSession(options: SessionOptions): Session {
  const { service, principal, agent, person, dashboard, local = false, onFault } = options;
  const space = parseSpace(options.space);
  return {
    ...{ service, principal, space, local },
    ...(agent === undefined ? {} : { agent }),
    ...(person === undefined ? {} : { person }),
    ...(dashboard === undefined ? {} : { dashboard }),
    call: (as = {}) =>
      service.call({
        ...{ principal: as.principal ?? principal, space: as.space ?? space },
        requestId: randomBytes(9).toString('base64url'),
        ...(as.signal === undefined ? {} : { signal: as.signal }),
      }),
    mark: () => randomBytes(4).toString('hex'),
    fault: (error) => onFault?.(error),
  };
}
