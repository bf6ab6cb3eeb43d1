// The suites of the controller, through a client and a real server: what they say of the library holds over HTTP too.
import { vi } from 'vitest';

vi.hoisted(() => {
  process.env['ENTENTE_TEST_CONTROLLER'] = 'client';
});

import '../../test/support/controller-suites.ts';
