// Jest reporter: writes how many tests passed, failed and were skipped to the file that TEST_RESULTS names; .ci/run adds them up.
import { writeFileSync } from 'node:fs';

export default class Results {
  onRunComplete(_contexts, results) {
    const counts = {
      passed: results.numPassedTests,
      // A test file that could not run at all has no tests to count.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    writeFileSync(process.env.TEST_RESULTS, `${JSON.stringify(counts)}\n`);
  }
}
