// Databases of PostgreSQL for journeys, where the run is about that: PARLOUR_TEST_DATABASE=postgres.
//
// The server is a program of the house (src/test_postgres), one for each worker. It ends when its input does, and so
// when the worker does, however that happens.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Whether journeys are to use PostgreSQL. */
export const IS_POSTGRES = process.env["PARLOUR_TEST_DATABASE"] === "postgres";

let lines: AsyncIterator<string> | undefined;
let program: ChildProcess | undefined;

/** The address of a database that nobody has used. */
export async function postgresDatabase(target: string): Promise<string> {
  if (!program || !lines) {
    const path = join(target, "debug", "test-postgres");
    if (!existsSync(path)) throw new Error(`There is no ${path}: cargo build --bin test-postgres.`);
    program = spawn(path, { stdio: ["pipe", "pipe", "inherit"] });
    if (!program.stdout) throw new Error("The program says nothing.");
    lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  } else {
    program.stdin?.write("another\n");
  }
  const said = await lines.next();
  if (said.done) throw new Error("There is no PostgreSQL; the program has said why.");
  return said.value;
}
