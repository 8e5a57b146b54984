// `node --import preload.js`: breaks the product as SAKU_MUTANT says, before anything of it is loaded.
import { applyMutant } from "./apply-mutant.ts";

const name = process.env["SAKU_MUTANT"];
if (name !== undefined && name !== "") applyMutant(name);
