// What is left to read of a run: what failed or had to be tried again, and why, then one plain line for
// people and for whatever reads a CI's output.

import type { Reporter, Suite, TestCase } from "@playwright/test/reporter";

/** As much of a reason as says what it was. */
const REASON = 300;

export default class ClosingLine implements Reporter {
  private suite: Suite | undefined;
  private name = "end2end";

  onBegin(_config: unknown, suite: Suite) {
    this.suite = suite;
    const projects = suite.suites.filter((project) => project.allTests().length > 0);
    if (projects.every((project) => project.title === "weight")) this.name = "weight";
    if (projects.every((project) => project.title.startsWith("engine"))) this.name = "engines";
  }

  onEnd() {
    const tests = this.suite?.allTests() ?? [];
    const of = (outcome: ReturnType<TestCase["outcome"]>) =>
      tests.filter((test) => test.results.length > 0 && test.outcome() === outcome);
    const flaky = of("flaky");
    const failed = of("unexpected");
    console.log();
    for (const test of flaky) console.log(`!!! FLAKY: ${described(test)}`);
    for (const test of failed) console.log(`!!! FAILED: ${described(test)}`);
    const again = flaky.length > 0 ? ` (${flaky.length} of them only when tried again)` : "";
    const passed = of("expected").length + flaky.length;
    console.log(
      `${this.name}: ${passed} passed, ${failed.length} failed, ${of("skipped").length} skipped${again}`,
    );
  }

  printsToStdio() {
    return true;
  }
}

/** Which test, in which browser, where it failed first and what it said. */
function described(test: TestCase): string {
  const { error } = test.results.find(({ status }) => status !== "passed") ?? {};
  const at = error?.location;
  // Terminal colours are nothing to a file.
  const said = (error?.message ?? "").replace(/\u001b\[\d+m/g, "").replace(/\s+/g, " ");
  const where = at ? `${at.file.replace(/.*\/end2end\//, "")}:${at.line}` : "";
  return [...test.titlePath().filter(Boolean), where, said.slice(0, REASON)].join(" › ");
}
