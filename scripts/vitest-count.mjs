// A vitest reporter that counts for scripts/test.mjs: tests, suites that failed without a failing test (an import that
// throws, a hook that fails), errors that no test caught, and skipped tests with their reasons.
import { writeFileSync } from 'node:fs';

// biome-ignore lint/style/noDefaultExport: vitest loads a reporter by its default export
export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      let failures = 0;
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        if (state === 'passed') count.passed += 1;
        else if (state === 'failed') failures += 1;
        else count.skipped.push({ name: `${module.relativeModuleId} > ${test.fullName}`, reason: note ?? '' });
      }
      if (failures === 0 && module.state() === 'failed') failures = 1;
      count.failed += failures;
    }
    const file = process.env.ENTENTE_TEST_COUNT;
    if (file) writeFileSync(file, JSON.stringify(count));
  }
}
