// The part of CDDL (RFC 8610) that schema.cddl uses, read by the letter: an independent judge of the zod schemas.
import { decodeCbor } from "./cbor.ts";

type Check = (value: unknown) => boolean;
type Group = {
  readonly key: Check;
  readonly name: string | null;
  readonly min: number;
  readonly max: number;
  readonly check: Check;
};

const TOKEN =
  /\s*(?:;[^\n]*\n\s*)*("(?:[^"\\]|\\.)*"|=>|\.\.|\.[a-z]+|-?\d+|[A-Za-z][A-Za-z0-9-]*|[{}[\]()<>=/:,*?])/y;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text))
    tokens.push(match[1] ?? "");
  return tokens;
}

const sizeOf = (value: unknown): number =>
  value instanceof Uint8Array
    ? value.length
    : typeof value === "string"
      ? Buffer.byteLength(value)
      : -1;

const PRELUDE: Readonly<Record<string, Check>> = {
  tstr: (value) => typeof value === "string",
  bstr: (value) => value instanceof Uint8Array,
  bool: (value) => typeof value === "boolean",
  true: (value) => value === true,
  null: (value) => value === null,
};

/** Reads a grammar and gives a checker of each of its rules. Throws on what it does not understand. */
export function readCddl(text: string): (rule: string, value: unknown) => boolean {
  const tokens = tokensOf(text.replace(/;[^\n]*/g, ""));
  const rules = new Map<string, Check>();
  let at = 0;
  const peek = (ahead = 0): string => tokens[at + ahead] ?? "";
  const take = (expected?: string): string => {
    const token = peek();
    if (expected !== undefined && token !== expected)
      throw new Error(`Expected ${expected} and found ${tokens.slice(at, at + 5).join(" ")}`);
    at += 1;
    return token;
  };

  function type(): Check {
    const choices = [operand()];
    while (peek() === "/") {
      take();
      choices.push(operand());
    }
    return choices.length === 1 && choices[0] !== undefined
      ? choices[0]
      : (value) => choices.some((choice) => choice(value));
  }

  function operand(): Check {
    const base = primary();
    if (peek() === ".size") {
      take();
      const [low, high] = sizes();
      return (value) => base(value) && sizeOf(value) >= low && sizeOf(value) <= high;
    }
    if (peek() === ".regexp") {
      take();
      const pattern = new RegExp(`^${JSON.parse(take()) as string}$`, "u");
      return (value) => base(value) && typeof value === "string" && pattern.test(value);
    }
    if (peek() === ".cbor") {
      take();
      const inner = primary();
      return (value) => {
        const decoded = value instanceof Uint8Array ? decodeCbor(value) : null;
        return decoded?.ok === true && inner(decoded.value);
      };
    }
    return base;
  }

  function sizes(): [number, number] {
    if (peek() !== "(") {
      const size = Number(take());
      return [size, size];
    }
    take("(");
    const low = Number(take());
    take("..");
    const high = Number(take());
    take(")");
    return [low, high];
  }

  function primary(): Check {
    const token = take();
    if (token === "{") return map();
    if (token === "[") return array();
    if (token.startsWith('"')) {
      const literal = JSON.parse(token) as string;
      return (value) => value === literal;
    }
    if (/^-?\d/.test(token)) {
      if (peek() !== "..") return (value) => value === Number(token);
      take();
      const high = Number(take());
      return (value) =>
        Number.isInteger(value) && Number(value) >= Number(token) && Number(value) <= high;
    }
    const builtIn = PRELUDE[token];
    if (builtIn !== undefined) return builtIn;
    if (!/^[a-z]/i.test(token)) throw new Error(`Unknown token ${token}`);
    return (value) => {
      const rule = rules.get(token);
      if (rule === undefined) throw new Error(`No rule named ${token}`);
      return rule(value);
    };
  }

  function occurrence(): [number, number] {
    if (peek() === "?") {
      take();
      return [0, 1];
    }
    if (/^\d+$/.test(peek()) && peek(1) === "*") {
      const low = Number(take());
      take("*");
      return [low, /^\d+$/.test(peek()) ? Number(take()) : Number.POSITIVE_INFINITY];
    }
    return [1, 1];
  }

  function map(): Check {
    const groups: Group[] = [];
    while (peek() !== "}") {
      const [min, max] = occurrence();
      if (peek(1) === ":") {
        const name = take();
        take(":");
        groups.push({ name, key: (key) => key === name, min, max, check: type() });
      } else {
        const key = type();
        take("=>");
        groups.push({ name: null, key, min, max, check: type() });
      }
      if (peek() === ",") take();
    }
    take("}");
    return (value) => matchesMap(groups, value);
  }

  function array(): Check {
    const items: { readonly min: number; readonly max: number; readonly check: Check }[] = [];
    while (peek() !== "]") {
      const [min, max] = occurrence();
      if (peek(1) === ":") at += 2;
      items.push({ min, max, check: type() });
      if (peek() === ",") take();
    }
    take("]");
    return (value) => Array.isArray(value) && matchesArray(items, value);
  }

  while (at < tokens.length) {
    const name = take();
    // A generic rule is there for readers; its parameter means "any one of the payloads".
    if (peek() === "<") {
      take("<");
      rules.set(take(), () => true);
      take(">");
    }
    take("=");
    if (rules.has(name)) throw new Error(`Two rules are named ${name}`);
    rules.set(name, type());
  }
  return (rule, value) => {
    const check = rules.get(rule);
    if (check === undefined) throw new Error(`No rule named ${rule}`);
    return check(value);
  };
}

function matchesMap(groups: readonly Group[], value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if (value instanceof Uint8Array) return false;
  const counts = groups.map(() => 0);
  for (const [key, item] of Object.entries(value)) {
    const index = groups.findIndex((group) => group.key(key));
    if (index < 0 || groups[index]?.check(item) !== true) return false;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return groups.every(({ min, max }, index) => {
    const count = counts[index] ?? 0;
    return count >= min && count <= max;
  });
}

function matchesArray(
  items: readonly { readonly min: number; readonly max: number; readonly check: Check }[],
  value: readonly unknown[],
): boolean {
  let index = 0;
  for (const { min, max, check } of items) {
    let count = 0;
    while (index < value.length && count < max && check(value[index])) {
      index += 1;
      count += 1;
    }
    if (count < min) return false;
  }
  return index === value.length;
}
