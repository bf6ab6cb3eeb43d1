// `entente/http`: the server, to be put into a program of one's own. `entente serve` is made of the same parts.
export { type Grant, parseGrant } from '../service/principal.ts';
export { createService, type Service, type ServiceOptions } from '../service/service.ts';
export { createHttpApp, type HttpOptions } from './app.ts';
export { createMetrics, type Metrics } from './metrics.ts';
