// What every controller does, on whatever store and over whatever way it is reached: a test file sets the environment,
// then loads these.
import '../../src/controller/tokens.test.ts';
import '../../src/controller/changes.test.ts';
import '../../src/controller/absent.test.ts';
import '../../src/controller/shapes.test.ts';
import '../../src/controller/strategies.test.ts';
import '../../src/controller/replay.test.ts';
import '../../src/controller/conflicts.test.ts';
import '../../src/controller/transact.test.ts';
import '../../src/controller/resolve.test.ts';
import '../../src/controller/resolve-moved.test.ts';
import '../../src/controller/feed.test.ts';
import '../../src/controller/stats.test.ts';
import '../../src/controller/policy.test.ts';
import '../../src/controller/keep-both.test.ts';
import '../../src/controller/premises.test.ts';
import '../../src/controller/presence.test.ts';
import '../../src/controller/stale-delete.test.ts';
import '../../src/controller/update.test.ts';
import '../../src/controller/custom.test.ts';
import '../../src/controller/paging.test.ts';
import '../../src/controller/recorded.test.ts';
