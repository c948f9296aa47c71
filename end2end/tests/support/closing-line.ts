// One plain line at the end, for people and for whatever reads a CI's output.

import type { Reporter, Suite, TestCase, TestResult } from "@playwright/test/reporter";

export default class ClosingLine implements Reporter {
  private readonly counts = { passed: 0, failed: 0, skipped: 0 };
  private name = "end2end";

  onBegin(_config: unknown, suite: Suite) {
    const projects = suite.suites.filter((project) => project.allTests().length > 0);
    if (projects.every((project) => project.title === "weight")) this.name = "weight";
    if (projects.every((project) => project.title.startsWith("engine"))) this.name = "engines";
  }

  onTestEnd(test: TestCase, result: TestResult) {
    if (result.status === "skipped") this.counts.skipped += 1;
    else if (result.status === test.expectedStatus) this.counts.passed += 1;
    else this.counts.failed += 1;
  }

  onEnd() {
    const { passed, failed, skipped } = this.counts;
    console.log(`\n${this.name}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  }

  printsToStdio() {
    return true;
  }
}
