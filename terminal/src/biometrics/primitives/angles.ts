export const TWO_PI: number = 2 * Math.PI;

/** Into [0, 2π). */
export const wrapTurn = (rad: number): number => {
  const wrapped = rad % TWO_PI;
  return wrapped < 0 ? wrapped + TWO_PI : wrapped;
};

/** Signed difference a − b in (−π, π]. */
export const signedDifference = (a: number, b: number): number => {
  let d = (a - b) % TWO_PI;
  if (d > Math.PI) d -= TWO_PI;
  else if (d <= -Math.PI) d += TWO_PI;
  return d;
};

/** Absolute difference of two directions, [0, π]. */
export const directionDifference = (a: number, b: number): number =>
  Math.abs(signedDifference(a, b));

/** The same for two directions less than 4π apart, without a division. */
export const turnBetween = (a: number, b: number): number => {
  const d = Math.abs(a - b);
  const within = d >= TWO_PI ? d - TWO_PI : d;
  return within > Math.PI ? TWO_PI - within : within;
};
