#!/usr/bin/env node
import { runProgram } from "./program.ts";

process.exitCode = await runProgram(process.argv, {
  env: process.env,
  isInteractive: process.stdin.isTTY && process.stderr.isTTY,
  talk: (line) => process.stderr.write(`${line}\n`),
  print: (line) => process.stdout.write(`${line}\n`),
});
