/** The languages of the pages; Indonesian comes first. */
export type Language = "id" | "en";

export const LANGUAGES: readonly Language[] = ["id", "en"];

/** Anything unknown is Indonesian. */
export function parseLanguage(text: string | undefined): Language {
  return text === "en" ? "en" : "id";
}

/** `en-ID`, not `en-GB`: CLDR then writes "Rp 12.500" and "WIB" as Indonesian schools do. */
export const LOCALE_OF: Readonly<Record<Language, string>> = { id: "id-ID", en: "en-ID" };
