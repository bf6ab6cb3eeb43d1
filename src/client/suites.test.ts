// The suites of the controller, through a client and a real server: what they say of the library holds over HTTP too.
import { vi } from 'vitest';

vi.hoisted(() => {
  process.env['ENTENTE_TEST_CONTROLLER'] = 'client';
});

import '../controller/tokens.test.ts';
import '../controller/changes.test.ts';
import '../controller/absent.test.ts';
import '../controller/shapes.test.ts';
import '../controller/strategies.test.ts';
import '../controller/replay.test.ts';
import '../controller/conflicts.test.ts';
import '../controller/transact.test.ts';
import '../controller/resolve.test.ts';
import '../controller/resolve-moved.test.ts';
import '../controller/feed.test.ts';
import '../controller/stats.test.ts';
import '../controller/policy.test.ts';
import '../controller/keep-both.test.ts';
import '../controller/premises.test.ts';
import '../controller/presence.test.ts';
import '../controller/stale-delete.test.ts';
import '../controller/update.test.ts';
import '../controller/custom.test.ts';
import '../controller/paging.test.ts';
import '../controller/recorded.test.ts';
