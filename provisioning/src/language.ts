export type Language = "id" | "en";

/** One sentence in both languages; Indonesian is the product's own. */
export type Text = { readonly id: string; readonly en: string };

export function text(id: string, en: string): Text {
  return { id, en };
}
