/** A child of the made-up school. Names are invented; the number is what the child types when paying by PIN. */
export type Pupil = {
  readonly firstName: string;
  readonly className: string;
  readonly number: string;
  readonly pin: string;
};

const FIRST_NAMES = [
  "Aisyah",
  "Bagus",
  "Citra",
  "Dimas",
  "Eka",
  "Fajar",
  "Gita",
  "Hasan",
  "Intan",
  "Joko",
  "Kirana",
  "Lukman",
] as const;

/** The first `count` (at most 12) children of the made-up school. */
export function madeUpPupils(count: number): readonly Pupil[] {
  return FIRST_NAMES.slice(0, count).map((firstName, index) => ({
    firstName,
    className: index % 2 === 0 ? "5A" : "5B",
    number: String(101 + index),
    pin: String(2_580 + index * 37),
  }));
}
