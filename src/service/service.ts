// The service: one store, its spaces, and who may do what in them. Operations get it through their call; adapters make
// one call for each request. A controller is made for a space when it is asked for first, and they are bounded.
import { createLocalController } from '../controller/controller.ts';
import type { LocalController } from '../controller/dissected.ts';
import type { ControllerOptions } from '../controller/types.ts';
import { parseSpace, type Space } from '../core/resource.ts';
import type { Store } from '../stores/store.ts';
import { createDemos, type Demos } from './demos.ts';
import { createFeeds, type Feeds } from './feeds.ts';
import { createForgeries, type Forgeries } from './forgeries.ts';
import { createKeys, type Keys } from './keys.ts';
import { parseServiceLimits, type ServiceLimits } from './limits.ts';
import { createLogins, type Logins } from './logins.ts';
import { type Meter, NO_METER, observeController, observeEntries, observeMerge, observeStore } from './observed.ts';
import type { Call } from './operation.ts';
import type { Principal } from './principal.ts';
import { createReadiness, type Readiness } from './readiness.ts';
import { createRefusals, type Refusals } from './refusals.ts';
import { createSights, type Sights } from './sights.ts';
import { createSigner, type Signer } from './signing.ts';
import { createThrottle, type Throttle } from './throttle.ts';
import { realTimers, type Timers } from './timers.ts';
import { createVerifications, type Verifications } from './verifications.ts';

export interface ServiceOptions {
  readonly store: Store;
  /** Milliseconds since 1970: for display, and for when keys and tokens end. */
  readonly clock?: () => number;
  /** In [0, 1): jitter. */
  readonly random?: () => number;
  /** What happens later. @default those of the machine */
  readonly timers?: Timers;
  readonly limits?: Partial<ServiceLimits>;
  /** Told of what is done and how long it takes. @default nobody */
  readonly meter?: Meter;
  /** What every space's controller gets beside the store. */
  readonly controller?: Pick<ControllerOptions, 'policy' | 'default' | 'history' | 'limits' | 'onWarning' | 'sleep'>;
}

type Rules = NonNullable<ControllerOptions['policy']>;

export interface CallOptions {
  readonly principal: Principal;
  readonly space: string;
  readonly requestId: string;
  readonly signal?: AbortSignal;
}

export interface Service {
  readonly store: Store;
  readonly keys: Keys;
  /** Codes that wait to become sessions. */
  readonly logins: Logins;
  readonly signer: Signer;
  readonly limits: ServiceLimits;
  readonly clock: () => number;
  readonly timers: Timers;
  readonly feeds: Feeds;
  /** What agents read last, for news of it. */
  readonly sights: Sights;
  readonly throttle: Throttle;
  /** Checks of whole spaces. */
  readonly verifications: Verifications;
  /** Scripted agents, for who wants to see some. */
  readonly demos: Demos;
  /** Whether the store answers and takes writes. */
  readonly readiness: Readiness;
  /** Idempotency keys of requests that are under way, so that one that comes twice at once is told so. */
  readonly pending: Set<string>;
  /** A call of an operation; `bad-id` for what is no space. */
  call(options: CallOptions): Call;
  /** The controller of a space. */
  controller(space: Space): LocalController;
  /** As `controller`, over a store that writes nothing: what would happen. With rules, by those instead of what is stored. */
  rehearsal(space: Space, store: Store, rules?: Rules): LocalController;
  /** How many rules of the server's own stand before the stored policy. */
  readonly ownRules: number;
  /** What left no entry in a log. */
  readonly refusals: Refusals;
  /** Tokens that were not given here, for the audit. */
  readonly forgeries: Forgeries;
}

export function createService(options: ServiceOptions): Service {
  const { store, clock = Date.now, timers = realTimers, meter = NO_METER, random, controller: shared = {} } = options;
  const limits = parseServiceLimits(options.limits);
  // The order of a Map is that of insertion: what is used moves to its end, so the first is the one used least recently.
  const open = new Map<Space, LocalController>();
  /** The one at the end of them. Most requests are for the space of the one before: its name need not be checked again. */
  let newest: { readonly space: Space; readonly controller: LocalController } | undefined;
  const measured = observeStore(store, meter);
  const own = shared.policy ?? [];
  const make = (space: Space, over: Store, rules: Rules = []): LocalController =>
    createLocalController({
      ...{ ...shared, store: over, space, clock, aroundMerge: (work) => observeMerge(meter, work) },
      ...(rules.length === 0 ? {} : { policy: [...own, ...rules] }),
      ...(random === undefined ? {} : { random }),
    });

  const refusals = createRefusals(clock);
  const noting = (space: Space): Meter => ({
    ...meter,
    outcome: (status) => {
      if (status !== 'replayed') refusals.note(space, status);
      meter.outcome(status);
    },
  });

  const controller = (space: Space): LocalController => {
    if (newest?.space === space) return newest.controller;
    const known = open.get(space) ?? observeController(make(space, measured), noting(space));
    newest = { space, controller: known };
    open.delete(space);
    open.set(space, known);
    if (open.size > limits.spaces) {
      const [oldest] = open.keys();
      if (oldest !== undefined) open.delete(oldest);
    }
    return known;
  };

  const keys = createKeys({ store, clock });
  const service: Service = {
    store: measured,
    keys,
    logins: createLogins(clock),
    timers,
    feeds: createFeeds({
      ...{ store, keys, limits, timers },
      onEntries: (entries) => observeEntries(entries, clock(), meter),
    }),
    signer: createSigner({ store, clock }),
    limits,
    clock,
    verifications: createVerifications({ store, clock }),
    demos: createDemos(timers),
    readiness: createReadiness({ store, timers, clock }),
    sights: createSights(),
    throttle: createThrottle({ perMinute: limits.requestsPerMinute, clock }),
    pending: new Set(),
    call: ({ principal, space: name, requestId, signal }) => {
      const space = newest?.space === name ? newest.space : parseSpace(name);
      return {
        service,
        principal,
        space,
        controller: controller(space),
        requestId,
        ...(signal === undefined ? {} : { signal }),
      };
    },
    controller,
    ...{ rehearsal: make, ownRules: own.length, refusals, forgeries: createForgeries({ store, clock }) },
  };
  return service;
}
