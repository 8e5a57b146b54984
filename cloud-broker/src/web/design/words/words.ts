import type { Language } from "../language.ts";
import { english } from "./english.ts";
import { indonesian } from "./indonesian.ts";
import { moneyIndonesian } from "./money-indonesian.ts";

type Widened<T> = T extends string ? string : { readonly [Key in keyof T]: Widened<T[Key]> };

/** The catalogue: Indonesian decides the keys, every other language must have each of them. */
export type Words = Widened<typeof indonesian> & {
  readonly money: Widened<typeof moneyIndonesian>;
};

const WORDS: Readonly<Record<Language, Words>> = {
  id: { ...indonesian, money: moneyIndonesian },
  en: english,
};

export function wordsOf(language: Language): Words {
  return WORDS[language];
}

/** Puts plain texts into the `{places}` of a sentence. */
export function fill(sentence: string, parts: Readonly<Record<string, string>>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => parts[name] ?? place);
}
