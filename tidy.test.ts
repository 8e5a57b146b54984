// Checks about the repository itself: what no compiler, linter or formatter looks at.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = dirname(fileURLToPath(import.meta.url));
const ROOMS = ["protocol", "terminal", "cloud-broker", "provisioning", "hardware-sim"];
const SKIPPED = new Set(["node_modules", "dist", ".git", ".cache", "var", "coverage"]);

function filesUnder(directory: string): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = posix.join(directory, entry.name);
    return entry.isDirectory() ? filesUnder(path) : entry.isFile() ? [path] : [];
  });
}

const files = filesUnder(".").toSorted();
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");
const isTest = (path: string): boolean =>
  /\.(test|suite)\.tsx?$/.test(path) || path.startsWith("hardware-sim/e2e/");
const code = files.filter((path) => /\.(ts|tsx|mjs)$/.test(path));
const sources = code.filter((path) => ROOMS.includes(path.split("/")[0] ?? "") && !isTest(path));
const tests = code.filter(isTest);
const markdown = files.filter((path) => path.endsWith(".md"));

/** Lines of `paths` that match, as `file:line text`, so that a failure says where to look. */
function linesMatching(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    textOf(path)
      .split("\n")
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 100)}`] : [],
      ),
  );
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

describe("numbered rules and the tests that prove them", () => {
  const specs = files.filter((path) => /(^|\/)SPEC[^/]*\.md$/.test(path));
  const rules = specs.flatMap((path) =>
    Array.from(textOf(path).matchAll(/\*\*([A-Z]{1,2}\d{1,3})\*\*/g), ([, id = ""]) => ({
      id,
      path,
    })),
  );
  const cited = new Map<string, string>();
  for (const path of tests)
    for (const [, , text = ""] of textOf(path).matchAll(/(["'`])((?:(?!\1)[^\\\n]|\\.)*)\1/g))
      for (const [, id = ""] of text.matchAll(/\[([A-Z]{1,2}\d{1,3})\]/g)) cited.set(id, path);

  it("exist in protocol and in both cores", () => {
    for (const path of ["protocol", "terminal/src/core", "cloud-broker/src/core"])
      expect(specs).toContain(`${path}/SPEC.md`);
  });
  it("are each written once in the whole repository", () => {
    const ids = rules.map((rule) => rule.id);
    expect(rules.filter(({ id }) => ids.indexOf(id) !== ids.lastIndexOf(id))).toEqual([]);
  });
  it("each have a test whose title cites them", () => {
    expect(rules.filter(({ id }) => !cited.has(id)).map(({ id, path }) => `${path} ${id}`)).toEqual(
      [],
    );
  });
  it("are not cited without being written", () => {
    const known = new Set(rules.map((rule) => rule.id));
    expect(
      Array.from(cited).flatMap(([id, path]) => (known.has(id) ? [] : [`${path} [${id}]`])),
    ).toEqual([]);
  });
});

describe("files", () => {
  it("are named by their noun, in kebab-case", () => {
    const banned = /(^|-)(utils?|helpers?|common|types?|misc|manager|service|shared|lib)$/;
    expect(
      sources.filter((path) => {
        const name = basename(path).replace(/\..*$/, "");
        return banned.test(name) || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name);
      }),
    ).toEqual([]);
  });
  it("stay small: at most 600 lines, 95 of 100 at most 400, half of them at most 120", () => {
    const counts = sources.map((path) => ({ path, lines: textOf(path).split("\n").length - 1 }));
    expect(counts.filter(({ lines }) => lines > 600)).toEqual([]);
    const lines = counts.map((count) => count.lines);
    expect(percentile(lines, 0.95)).toBeLessThanOrEqual(400);
    expect(percentile(lines, 0.5)).toBeLessThanOrEqual(120);
  });
  it("hold functions of at most 70 lines, 95 of 100 at most 45", () => {
    const lengths = sources.filter((path) => /\.tsx?$/.test(path)).flatMap(functionLengths);
    expect(lengths.filter(({ lines }) => lines > 70)).toEqual([]);
    expect(
      percentile(
        lengths.map(({ lines }) => lines),
        0.95,
      ),
    ).toBeLessThanOrEqual(45);
  });
  it("hold no leftovers", () => {
    const leftover = /\b(FIXME|XXX|TODO)\b|\b(it|test|describe)\.(only|skip|todo)\(|\bdebugger;/;
    expect(
      linesMatching(
        code.filter((path) => path !== "tidy.test.ts"),
        leftover,
      ),
    ).toEqual([]);
  });
  it("name nothing on a developer's machine", () => {
    const absolute = /\/work\/|(^|[\s"'`=(])\/(home|Users)\/[a-z]/;
    const texts = files.filter(
      (path) =>
        path !== "tidy.test.ts" && /\.(ts|tsx|mjs|md|json|yml|service|css|cddl)$/.test(path),
    );
    expect(linesMatching(texts, absolute)).toEqual([]);
  });
});

function functionLengths(path: string): { path: string; name: string; lines: number }[] {
  const kind = path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest, true, kind);
  const found: { path: string; name: string; lines: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const lineOf = (position: number): number =>
        file.getLineAndCharacterOfPosition(position).line;
      const name = node.name?.getText(file) ?? `line ${lineOf(node.getStart(file)) + 1}`;
      found.push({ path, name, lines: lineOf(node.end) - lineOf(node.getStart(file)) + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

describe("documents", () => {
  const prose = (path: string): string => textOf(path).replace(/^```.*?^```/gms, "");

  it("have one H1, and it comes first", () => {
    const wrong = markdown.filter((path) => {
      const headings = prose(path).match(/^#+ /gm) ?? [];
      return headings[0] !== "# " || headings.filter((heading) => heading === "# ").length !== 1;
    });
    expect(wrong).toEqual([]);
  });
  it("link only to files that exist", () => {
    const broken = markdown.flatMap((path) =>
      Array.from(prose(path).matchAll(/\]\(([^)\s]+)\)/g), ([, target = ""]) => target)
        .filter((target) => !/^(https?:|mailto:|#)/.test(target))
        .map((target) => posix.join(dirname(path), target.replace(/#.*$/, "")))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${path} → ${target}`),
    );
    expect(broken).toEqual([]);
  });
  it("give every dependency its line in a decision record", () => {
    const decisions = files
      .filter((path) => path.startsWith("docs/adr/"))
      .map(textOf)
      .join("\n");
    const names = ["package.json", ...ROOMS.map((room) => `${room}/package.json`)].flatMap(
      (path) => {
        const manifest = JSON.parse(textOf(path)) as Record<string, Record<string, string>>;
        const groups = ["dependencies", "devDependencies", "optionalDependencies", "overrides"];
        return groups.flatMap((group) => Object.keys(manifest[group] ?? {}));
      },
    );
    const missing = names.filter(
      (name) => !name.startsWith("@saku/") && !decisions.includes(`\`${name}\``),
    );
    expect(Array.from(new Set(missing))).toEqual([]);
  });
  it("number the decisions without a gap", () => {
    const numbers = files
      .filter((path) => /^docs\/adr\/\d{4}-/.test(path))
      .map((path) => Number(basename(path).slice(0, 4)));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });
});

describe("vectors", () => {
  it("are each read by a test", () => {
    const vectors = files.filter((path) => /\/vectors\//.test(path) && !/\.(md|ts)$/.test(path));
    const unused = vectors.filter((path) => {
      const room = path.split("/")[0] ?? "";
      const folder = path.slice(0, path.indexOf("/vectors/"));
      return !tests.some((test) => {
        if (!test.startsWith(room) && !test.startsWith("hardware-sim")) return false;
        const text = textOf(test);
        if (text.includes(basename(path)) || text.includes(basename(path, extname(path))))
          return true;
        return test.startsWith(folder) && /readdirSync/.test(text) && /vectors/.test(text);
      });
    });
    expect(unused).toEqual([]);
  });
});

describe("what must never be committed", () => {
  it("is no picture of a finger", () => {
    const images = /\.(pgm|ppm|bmp|tiff?|wsq|jp2|raw|fmr|iso)$/i;
    const pictures = /\.(png|jpe?g|gif|webp)$/i;
    const found = files.filter(
      (path) =>
        images.test(path) ||
        (pictures.test(path) && !path.startsWith("docs/") && !path.includes("/assets/")),
    );
    expect(found).toEqual([]);
  });
  it("is no key, token or password", () => {
    const secret =
      /-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|\bxox[abp]-[0-9A-Za-z-]{10,}|\b(secret|password|passphrase|privateKey|seed)\w*\s*[:=]\s*["'][0-9a-fA-F]{64}["']/;
    const shown = code.filter((path) => path !== "tidy.test.ts" && !isTest(path));
    expect(
      linesMatching(
        [...shown, ...files.filter((path) => /\.(ya?ml|env|service|sh)$/.test(path))],
        secret,
      ),
    ).toEqual([]);
    expect(files.filter((path) => /(^|\/)\.env($|\.)|\.(pem|key|p12)$/.test(path))).toEqual([]);
  });
});

describe("rooms", () => {
  it("write SQL in shell/store only", () => {
    const sql = /["'`]\s*(SELECT|INSERT (OR \w+ )?INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE)\b/;
    expect(
      linesMatching(
        // The simulator's audit reads both sides' books by itself: a witness may not use the product's own eyes.
        sources.filter(
          (path) => !path.includes("/shell/store/") && !path.startsWith("hardware-sim/"),
        ),
        sql,
      ),
    ).toEqual([]);
  });
  it("read the environment in config.ts, main.ts and shell only", () => {
    const allowed = /(^|\/)(config|main|day)\.ts$|\/shell\/|^hardware-sim\//;
    expect(
      linesMatching(
        sources.filter((path) => !allowed.test(path)),
        /\bprocess\.env\b/,
      ),
    ).toEqual([]);
  });
  it("pin every package to one version", () => {
    const loose = ["package.json", ...ROOMS.map((room) => `${room}/package.json`)].flatMap((path) =>
      linesMatching([path], /^\s+"(?!@types\/|node)[^"]+": "[\^~><*]/),
    );
    expect(loose).toEqual([]);
  });
  it("say what every export of protocol means", () => {
    const bare = sources
      .filter((path) => /^protocol\/src\/.*\.ts$/.test(path) && !path.endsWith("/index.ts"))
      .flatMap(exportsWithoutComment);
    expect(bare).toEqual([]);
  });
});

function exportsWithoutComment(path: string): string[] {
  const file = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest, true);
  return file.statements.flatMap((statement) => {
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some((it) => it.kind === ts.SyntaxKind.ExportKeyword) === true;
    if (!isExported || ts.getJSDocCommentsAndTags(statement).length > 0) return [];
    const line = file.getLineAndCharacterOfPosition(statement.getStart(file)).line + 1;
    return [`${path}:${line} ${statement.getText(file).split("\n")[0]?.slice(0, 60) ?? ""}`];
  });
}

describe("units of systemd", () => {
  const units = files.filter((path) => path.startsWith("systemd/") && path.endsWith(".service"));

  it("start programs that this repository builds", () => {
    const wrong = units.flatMap((path) =>
      Array.from(textOf(path).matchAll(/^Exec\w+=[-+!@:]*(.+)$/gm), ([, command = ""]) => command)
        .filter((command) => {
          const [program = "", ...args] = command.trim().split(/\s+/);
          if (!program.startsWith("/")) return true;
          const script = args.find((argument) => argument.endsWith(".js"));
          if (script === undefined) return false;
          const source = /\/((?:terminal|cloud-broker|provisioning)\/dist\/.+)\.js$/.exec(script);
          if (source?.[1] === undefined) return true;
          const path = source[1].replace("/dist/", "/src/");
          return !existsSync(join(root, `${path}.ts`));
        })
        .map((command) => `${path} ${command}`),
    );
    expect(wrong).toEqual([]);
  });
  it("say in a comment what they are, who restarts them and what they may touch", () => {
    expect(units.filter((path) => !textOf(path).startsWith("#"))).toEqual([]);
  });
});

describe("this check", () => {
  it("sees the repository", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(tests.length).toBeGreaterThan(10);
    expect(relative(root, join(root, "package.json"))).toBe("package.json");
  });
});
