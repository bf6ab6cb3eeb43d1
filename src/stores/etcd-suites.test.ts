// The suites of the controller on etcd: what they say of the library holds whatever store it is on.
import { describe } from 'vitest';
import { isReady } from '../../test/support/etcd-suite.ts';

if (isReady) await import('../../test/support/controller-suites.ts');
else describe.skip('the suites of the controller on etcd (it is not installed)', () => undefined);
