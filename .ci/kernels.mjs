// `npm run kernels`: assembles every terminal/src/biometrics/kernels/*.wat into assembled.ts, which is committed so that
// building Saku needs no assembler. `kernels.test.ts` fails when the two differ.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import wabtModule from "wabt";

const folder = fileURLToPath(new URL("../terminal/src/biometrics/kernels/", import.meta.url));
const wabt = await wabtModule();
const entries = readdirSync(folder)
  .filter((name) => name.endsWith(".wat"))
  .toSorted()
  .map((name) => {
    const source = wabt.parseWat(name, readFileSync(join(folder, name), "utf8"), { simd: true });
    const base64 = Buffer.from(source.toBinary({}).buffer).toString("base64");
    return `  "${basename(name, ".wat")}":\n    "${base64}",\n`;
  });
const text = `/** Written by \`npm run kernels\` from the .wat files beside it; never by hand. */
// prettier-ignore
export const ASSEMBLED: {
${entries.map((entry) => `  readonly ${entry.trim().split(":")[0]}: string;\n`).join("")}} = {
${entries.join("")}};
`;
writeFileSync(join(folder, "assembled.ts"), text);
process.stdout.write(`kernels: ${entries.length} assembled, ${text.length} characters\n`);
