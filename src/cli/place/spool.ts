// What hooks wrote down without the store is made versions before a command looks at the store: nobody sees a history
// that lacks what was acknowledged already. Nothing but the lines themselves is loaded where there is none of it.
import * as path from 'node:path';
import { DEFAULT_SPACE, type Space } from '../../core/resource.ts';
import { findPlace } from '../../guard/front/place.ts';
import { createBooks } from '../../guard/spool/book.ts';
import { placesIn } from '../../guard/spool/places.ts';
import type { Store } from '../../stores/store.ts';
import type { Location } from './location.ts';

export async function drainSpool(location: Location, space: Space, cwd: string, store: () => Store): Promise<void> {
  const { home, state } = location;
  // Another store than the home's own has nothing to do with its folder.
  if (home === undefined || state !== home || location.store.kind !== 'sqlite') return;
  const place = findPlace(cwd);
  const root = place?.space === space ? place.root : space === DEFAULT_SPACE ? path.dirname(home) : undefined;
  if (root === undefined) return;
  const { books } = placesIn(path.join(home, 'guard'), space);
  if (
    !createBooks(books)
      .all()
      .some(({ pending }) => pending.length > 0)
  )
    return;
  const { guardOver } = await import('./guard.ts');
  const guard = await guardOver(store(), { home, root, space });
  await guard.drain();
}
