// The link that a server prints at its start: it logs whoever runs it in, once and within minutes, so that their key stays
// in its file.
import { hasDashboard } from '../../http/dashboard.ts';
import { loginPath } from '../../service/operations/login-code.ts';
import type { Service } from '../../service/service.ts';

export interface LinkInput {
  readonly service: Service;
  /** The id of the key that it logs in. */
  readonly id: string;
  /** Where browsers reach the server. */
  readonly url: string;
  /** The folder of the dashboard that is served; false: none is. @default the one that was built */
  readonly dashboard?: string | false;
}

/** Undefined where none is served, or none is built. */
export async function dashboardLink({ service, id, url, dashboard }: LinkInput): Promise<string | undefined> {
  if (dashboard === false || !(await hasDashboard(dashboard))) return undefined;
  return url.replace(/\/+$/, '') + loginPath(service.logins.create(id).code);
}
