import { expect, test } from "vitest";
import { english } from "./english.ts";
import { indonesian } from "./indonesian.ts";
import { fill } from "./words.ts";

type Tree = string | { readonly [key: string]: Tree };

function sentences(tree: Tree, path = ""): readonly (readonly [string, string])[] {
  if (typeof tree === "string") return [[path, tree]];
  return Object.entries(tree).flatMap(([key, part]) => sentences(part, `${path}.${key}`));
}

function places(sentence: string): readonly string[] {
  return [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").toSorted();
}

const both = sentences(indonesian as unknown as Tree).map(([path, text], index) => {
  const [otherPath, otherText] = sentences(english as unknown as Tree)[index] ?? ["", ""];
  return { path, otherPath, text, otherText };
});

test.each(both)(
  "$path has the same places in both languages",
  ({ path, otherPath, text, otherText }) => {
    expect(otherPath).toBe(path);
    expect(places(otherText)).toEqual(places(text));
  },
);

test("no sentence blames, shouts or says error", () => {
  for (const { text, otherText } of both)
    for (const sentence of [text, otherText])
      expect(sentence).not.toMatch(/ditolak|gagal|\berror\b|denied|invalid|!/i);
});

test("a place without a value stays visible rather than vanishing", () => {
  expect(fill("Saldo {name}, {amount}", { name: "Budi" })).toBe("Saldo Budi, {amount}");
});
