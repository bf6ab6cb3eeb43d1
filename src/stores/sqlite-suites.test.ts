// The suites of the controller on SQLite: what they say of the library holds whatever store it is on.
import { vi } from 'vitest';

vi.hoisted(() => {
  process.env['ENTENTE_TEST_STORE'] = 'sqlite';
});

import '../../test/support/controller-suites.ts';
