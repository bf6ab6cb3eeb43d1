// The address of a database: how it is shown, which is without its password, and names that may stand in SQL.
import { EntenteError } from '../../core/errors.ts';

/** The address without anything secret, for messages and for the log. */
export function placeOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new EntenteError('misuse', 'This is no address of a PostgreSQL database.', {
      next: 'Give it as postgres://USER@HOST:PORT/DATABASE, with the password in PGPASSWORD.',
    });
  }
  return `postgres://${url.username === '' ? '' : `${url.username}@`}${url.host}${url.pathname}`;
}

/** A schema's name, which stands in statements as it is. */
export function checkedSchema(name: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return name;
  throw new EntenteError('misuse', `${JSON.stringify(name.slice(0, 80))} cannot be the name of a schema here.`, {
    next: 'Use small letters, digits and underscores, 63 at most.',
  });
}
