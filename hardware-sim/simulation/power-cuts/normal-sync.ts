import sqlite3 from "sqlite3";

// Loaded before a daemon by `--import`, to see whether the explorer finds what a weaker setting loses. The product asks for
// synchronous=FULL and checks that it has it; here it gets NORMAL and is told FULL.

type Statement = (this: unknown, sql: string, ...rest: readonly unknown[]) => unknown;

const prototype = sqlite3.Database.prototype as unknown as Record<string, Statement>;

function weakened(sql: string): string {
  if (/^\s*PRAGMA synchronous\s*;?\s*$/i.test(sql)) return "SELECT 2 AS synchronous";
  return sql.replace(/synchronous\s*=\s*FULL/i, "synchronous=NORMAL");
}

for (const name of ["all", "get", "run", "exec"]) {
  const original = prototype[name];
  if (original === undefined) throw new Error(`sqlite3 has no ${name}`);
  prototype[name] = function (sql, ...rest) {
    return original.call(this, weakened(sql), ...rest);
  };
}
