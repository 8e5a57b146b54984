/**
 * Checks a receipt in the browser that shows it: the path from the entry to the signed root (RFC 9162 §2.1.3.2) and the
 * signature (c2sp.org/signed-note). Where a browser lacks the means it says so and claims nothing.
 */
const shown = document.querySelector<HTMLElement>("#proof-check");
const proof = document.querySelector("#proof")?.textContent ?? "";

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const hash = async (...parts: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer()));

async function leadsToRoot(lines: string[], size: number, root: string): Promise<boolean> {
  const [, extra = "", place = "", ...path] = lines;
  let at = Number(place.slice(6));
  let last = size - 1;
  let node = await hash(Uint8Array.of(0), bytesOf(extra.slice(6)));
  if (!(at <= last)) return false;
  for (const line of path) {
    if (last === 0) return false;
    const sibling = bytesOf(line);
    if (at % 2 === 1 || at === last) {
      node = await hash(Uint8Array.of(1), sibling, node);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else node = await hash(Uint8Array.of(1), node, sibling);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && btoa(String.fromCharCode(...node)) === root;
}

async function isSigned(text: string, line: string): Promise<boolean> {
  const [, , key = ""] = /^(\S+)\+\w+\+(\S+)$/.exec(shown?.dataset["key"] ?? "") ?? [];
  const signature = bytesOf(line.split(" ")[2] ?? "").slice(4);
  const known = await crypto.subtle.importKey("raw", bytesOf(key).slice(1), "Ed25519", false, [
    "verify",
  ]);
  return crypto.subtle.verify("Ed25519", known, signature, new TextEncoder().encode(text));
}

async function check(): Promise<"whole" | "unsigned" | "notHere" | "differs"> {
  if (globalThis.crypto?.subtle === undefined) return "notHere";
  const [head = "", text = "", signatures = ""] = proof.split("\n\n");
  const [, size = "", root = ""] = text.split("\n");
  if (!(await leadsToRoot(head.split("\n"), Number(size), root))) return "differs";
  try {
    return (await isSigned(`${text}\n`, signatures.split("\n")[0] ?? "")) ? "whole" : "differs";
  } catch {
    // Ed25519 came late to some browsers.
    return "unsigned";
  }
}

if (shown !== null) {
  shown.hidden = false;
  void check()
    .catch(() => "differs" as const)
    .then((outcome) => {
      shown.textContent = shown.dataset[outcome] ?? "";
      shown.dataset["outcome"] = outcome;
    });
}

export {};
