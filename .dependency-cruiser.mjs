// The fences between rooms (ARCHITECTURE.md, "Rules between rooms"). `tidy.test.ts` breaks each rule once and sees it fail.
import { readFileSync } from "node:fs";

const rootPackage = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
const testTools = Object.keys(rootPackage.devDependencies).join("|").replaceAll("/", "\\/");

const TEST = "\\.(test|suite|bench)\\.tsx?$|^hardware-sim/(e2e|simulation)/";
const PURE =
  "^(protocol/src|terminal/src/core|terminal/src/biometrics|terminal/src/sensors|cloud-broker/src/core|provisioning/src/checks)/|^provisioning/src/language\\.ts$";
/** The only packages that have no clock, no randomness and no I/O of their own, so that a pure room may use them. */
const PURE_PACKAGES = "node_modules/(zod|cborg|tweetnacl|@noble/hashes)/";

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: "protocol-imports-nobody",
      comment: "Rule 1: the language both sides speak depends on nothing of ours.",
      severity: "error",
      from: { path: "^protocol/" },
      to: { path: "^(terminal|cloud-broker|provisioning|hardware-sim)/" },
    },
    {
      name: "apps-meet-only-in-protocol",
      comment: "Rule 2: what two programs share is a message, and messages live in protocol.",
      severity: "error",
      from: { path: "^(terminal|cloud-broker|provisioning)/" },
      to: { path: "^(terminal|cloud-broker|provisioning|hardware-sim)/", pathNot: "^$1/" },
    },
    {
      name: "pure-rooms-are-pure",
      comment: "Rule 3: no Node module in a pure room; the world comes in with events.",
      severity: "error",
      from: { path: PURE, pathNot: TEST },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "pure-rooms-import-protocol-only",
      comment: "Rule 3: a pure room knows itself, the engine's contract and protocol.",
      severity: "error",
      from: { path: PURE, pathNot: TEST },
      to: {
        path: ".",
        pathNot: `^$1/|^protocol/src/|^terminal/src/biometrics/|^provisioning/src/language\\.ts$|${PURE_PACKAGES}`,
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "engine-knows-nobody",
      comment: "Rule 3: the engine is typed arrays in, numbers out.",
      severity: "error",
      from: { path: "^terminal/src/biometrics/", pathNot: TEST },
      to: { path: "^(protocol|terminal/src/(core|sensors|shell))/" },
    },
    {
      name: "vendors-are-strangers",
      comment: "Rule 4: a vendor folder never imports another.",
      severity: "error",
      from: { path: "^(terminal/src/sensors|hardware-sim/src/devices)/([^/]+)/" },
      to: {
        path: "^(terminal/src/sensors|hardware-sim/src/devices)/[^/]+/",
        pathNot: "^$1/$2/",
      },
    },
    {
      name: "simulator-imports-no-driver",
      comment:
        "Rule 5: two independent readings of one datasheet; a shared constant would be wrong twice.",
      severity: "error",
      from: { path: "^hardware-sim/src/" },
      to: { path: "^(terminal|cloud-broker|provisioning)/" },
    },
    {
      name: "core-never-knows-shell",
      comment: "Rule 6: the shell calls the core, never the other way round.",
      severity: "error",
      from: { path: "^(terminal|cloud-broker)/src/core/" },
      to: { path: "^(terminal|cloud-broker)/src/(shell|web|[^/]+\\.ts$)" },
    },
    {
      name: "no-runtime-cycles",
      comment: "Rule 7: what imports in a circle cannot be read from the top.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "imports-are-declared",
      comment: "Rule 8: what a package imports stands in that package's package.json.",
      severity: "error",
      from: { pathNot: TEST },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev"] },
    },
    {
      name: "test-imports-are-declared",
      comment: "Rule 8 for tests, which may also use the root's tools.",
      severity: "error",
      from: { path: TEST },
      to: {
        dependencyTypes: ["npm-no-pkg", "npm-unknown"],
        pathNot: `node_modules/(${testTools})/`,
      },
    },
    {
      name: "imports-resolve",
      comment: "Rule 8: a module that is not there, or is behind a door its package does not open.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/|/islands/placeholder\\.ts$" },
    // Type-only imports count for every rule but the one about cycles.
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "types", "import", "node", "default"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json"],
    },
  },
};
