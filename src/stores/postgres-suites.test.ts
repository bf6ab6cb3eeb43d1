// The suites of the controller on PostgreSQL: what they say of the library holds whatever store it is on.
import '../../test/support/postgres-suite.ts';
import '../../test/support/controller-suites.ts';
