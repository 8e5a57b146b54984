declare const brand: unique symbol;

/** A value of `Base` that only its own factory may make, so that ids, money and instants never mix. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
