/** One place of the source that a mutant changes. `find` occurs there exactly once. */
export type Edit = {
  /** From the root of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
};

/** A test that must go red when the mutant is in: its file, and its title as the file spells it. */
export type UnitTest = { readonly file: string; readonly title: string };

/**
 * A deliberate bug in a rule about money. It is data: the product has no switch for it. The simulator and the unit
 * tests must each notice it, which is how they are tested themselves.
 */
export type Mutant = {
  readonly name: string;
  /** Numbers of the rules it breaks: of a SPEC.md, or I1 … I18 of the money design. */
  readonly rules: string;
  /** What the program does wrong now. */
  readonly bug: string;
  readonly edits: readonly Edit[];
  readonly unitTest: UnitTest;
};

export function countOf(text: string, part: string): number {
  return part === "" ? 0 : text.split(part).length - 1;
}

/** The source with the mutant's edits of this file. Throws when an edit does not fit exactly once: it has rotted. */
export function mutated(mutant: Mutant, file: string, source: string): string {
  let text = source;
  for (const edit of mutant.edits) {
    if (edit.file !== file) continue;
    const count = countOf(text, edit.find);
    if (count !== 1)
      throw new Error(`Mutant ${mutant.name} fits ${count} times into ${file}: ${edit.find}`);
    text = text.replace(edit.find, () => edit.replace);
  }
  return text;
}

/** True when the mutant changes this file. */
export function touches(mutant: Mutant, file: string): boolean {
  return mutant.edits.some((edit) => edit.file === file);
}
