/**
 * Every number the engine is tuned by, with its unit and where it comes from. "Measured" means chosen on the pooled
 * public sets described in docs/fingerprint.md, never on one set alone.
 */

/** What `extract` accepts at all; everything else is an `InvalidImageError`. */
export const LIMITS = {
  minSidePx: 32,
  maxSidePx: 1000,
  minDpi: 250,
  maxDpi: 1000,
  /** Minutiae kept per placement, best quality first. */
  maxMinutiae: 100,
  /** Minutiae of a merged template (fits the 4 kB of the stored form). */
  maxMergedMinutiae: 200,
  maxPlacements: 8,
} as const;

export const SCALING = {
  workingDpi: 500,
  /** Relative resolution error left alone: 2 % over a 15 mm finger is one ridge. */
  keepWithin: 0.02,
  /** Longer sides are cut to the part with most print: 40 mm, more than any finger leaves. */
  maxSidePx: 800,
} as const;

export const NORMALISATION = {
  /** Smoothing that undoes 4-bit quantisation and sensor grain before anything is measured, px. */
  smoothingSigmaPx: 0.8,
  /** Gaussian over which local mean and deviation are taken, cells (7.5 px: about two ridge periods across). */
  windowSigmaCells: 1.87,
  /** Grey levels below which local contrast counts as nothing (SIM 4-bit step is 16). */
  contrastFloor: 4,
  clip: 3,
} as const;

export const SEGMENTATION = {
  /** Local deviation, as a share of the strong tissue's deviation, where the print begins. */
  contrastShare: 0.22,
  /** Absolute deviation in grey levels under which there is no print. */
  minContrast: 3,
  /** Smoothing of the contrast map before thresholding, cells. */
  smoothingSigmaCells: 1.5,
  /** Share of the cell neighbourhood that must agree in the closing vote. */
  voteRadiusCells: 4,
  /** Ridge-likeness (energy kept by the oriented filter) below which a cell is not believed. */
  minReliability: 0.22,
} as const;

/** Side of the grid cells on which orientation, frequency and reliability live, px (half a ridge period). */
export const CELL_PX = 4;

export const ORIENTATION = {
  tensorSigmaCells: 2,
  smoothingSigmaCells: 2.5,
} as const;

export const FREQUENCY = {
  /** Wavelengths tried, px at 500 dpi: children's ridges from 5 px, coarse adult ones to 15 px. */
  minWavelengthPx: 4.5,
  maxWavelengthPx: 15,
  wavelengthCount: 28,
  /** Half length of the signature across the ridges and half width averaged along them, px. */
  acrossRadiusPx: 20,
  alongRadiusPx: 6,
  /** Directions in which signatures are taken. */
  directions: 64,
  /** Distance of measuring points, cells, and smoothing between them, measuring points. */
  strideCells: 4,
  smoothingSigmaPoints: 2.5,
  defaultWavelengthPx: 9,
} as const;

export const ENHANCEMENT = {
  directions: 32,
  wavelengths: 16,
  /** Gaussian along the ridge, px. */
  alongSigmaPx: 5,
  alongRadiusPx: 9,
  /** Gaussian across the ridges as a share of the wavelength (0.56 octave bandwidth of a Gabor). */
  acrossSigmaShare: 0.45,
  /** Zeros around the print: the farthest tap of a filter or of a signature is 21 px away. */
  paddingPx: 24,
} as const;

/** How dark the dark lines of the print are and how light the light ones (`stages/levels.ts`). */
export const LEVELS = {
  /** Cells and samples of them that are asked. */
  minReliability: 0.35,
  minStrength: 0.4,
  reachSigmaCells: 3,
  /** Samples a cell, after smoothing, under which no print is near. */
  minSamples: 0.05,
} as const;

/** Whether dark lines are the ridges: the ground around the print compared with both (`stages/polarity.ts`). */
export const POLARITY = {
  /** Local deviation of even ground, as a share of half the distance between dark and light lines. */
  maxDeviationShare: 0.35,
  minGroundCells: 20,
  /** Ground is about 1 in usual prints (lowest of 768: 0.10), −1 in inverted ones. */
  maxInvertedGround: -0.25,
  clip: 1.5,
} as const;

export const SKELETON = {
  /** Ridge islands and pores smaller than this many pixels are noise. */
  minRidgeAreaPx: 24,
  minPoreAreaPx: 10,
  /** Branches of the skeleton shorter than this are spurs, px. */
  spurPx: 9,
} as const;

export const MINUTIAE = {
  /** Length traced along a ridge to learn its direction, px. */
  tracePx: 10,
  /** Distance from the edge of the print inside which endings are made by the edge, px. */
  endingBorderPx: 12,
  bifurcationBorderPx: 8,
  /** Two endings facing each other nearer than this are one broken ridge, px. */
  breakGapPx: 12,
  breakAngleRad: 0.6,
  /** Two minutiae nearer than this are one piece of noise, px. */
  clusterPx: 6,
} as const;

export const QUALITY = {
  /** Fewer minutiae than this cannot tell children apart. */
  minMinutiae: 6,
  /** Area that must be print, mm² (a R503 sees 95 mm²). */
  minAreaMm2: 20,
  /** Less print than this is called partial, mm², where the image would have shown more: of less than this share of it. */
  partialAreaMm2: 60,
  partialShare: 0.75,
  /** Distance of the print's middle from the image's, as a share of the side. */
  offCentreShare: 0.2,
  /** Mean local deviation of a print so faint that nobody's finger lies there, grey levels (faintest of 768: 6.3). */
  faintContrast: 6,
  /** Skewness of the normalised ridges: filled valleys make it negative, broken ridges positive. */
  wetSkewness: -0.3,
  drySkewness: 0.65,
  /** Clear minutiae (sum of quality^1.5) of a print of quality 63. */
  clearMinutiae: 9,
  clarityExponent: 1.5,
  /** Below this quality a usable print is said to have a weakness. */
  goodQuality: 60,
} as const;

/** A placement that shows the former one's minutiae where they were (`residual.ts`). */
export const RESIDUAL = {
  reachPx: 3,
  reachRad: 0.2,
  minMinutiae: 6,
  /** Share of minutiae in place; see docs/fingerprint.md for what second touches reach. */
  minShare: 0.55,
  /** Contrast as a share of the former placement's: grease scatters far less light than skin. */
  maxContrastShare: 0.7,
} as const;

/** Minutia Cylinder-Code, bit version with eight cells a side (Cappelli, Ferrara, Maltoni, PAMI 32(12) 2010, table 1). */
export const CYLINDER = {
  radiusPx: 70,
  cellsAcross: 8,
  sections: 6,
  spatialSigmaPx: 9.333,
  directionSigmaRad: 0.698,
  /** A bit is set where the summed contribution exceeds this. */
  bitThreshold: 0.01,
  /** Margin around the hull of the minutiae in which cells still count, px. */
  hullMarginPx: 50,
  minValidShare: 0.75,
  /** Other minutiae that must have contributed. */
  minContributors: 2,
  /** Share of cells both sides must see. */
  minComparableShare: 0.6,
  /** Pairs turned further than this are not compared at all. */
  maxTurnRad: 1.571,
} as const;

/** Relaxation of the paired cylinders (same paper, section 4.3: LSA-R). */
export const RELAXATION = {
  maxPairs: 60,
  minSimilarity: 0.25,
  rounds: 5,
  ownWeight: 0.5,
  /** Centre and steepness of the three compatibility sigmoids: distance px, turn rad, bearing rad. */
  distance: { centre: 5, steepness: -1.6 },
  turn: { centre: 0.2618, steepness: -30 },
  bearing: { centre: 0.2618, steepness: -30 },
  minTopPairs: 4,
  maxTopPairs: 12,
  topPairsCentre: 20,
  topPairsSteepness: 0.4,
} as const;

/** The geometric re-check: how well one rigid motion explains both sets of minutiae. */
export const EVIDENCE = {
  /** Alignments tried, from the best relaxed pairs: of one finger's prints the first is the best in 97 %. */
  seeds: 10,
  /** Nats below which one alignment, two, three, or more are enough: strangers, whatever comes (score below 7). */
  hopelessNats: [-8, -5, -4, -3] as readonly number[],
  /** Compatibility with the seed from which a pair joins the first fit. */
  minSupport: 0.3,
  /** Pairs are searched within this distance and turn, px and rad, times the factor of the round of fitting. */
  reachPx: 15,
  reachRad: 0.5,
  rounds: [1.3, 1] as readonly number[],
  /** Spread of true pairs after alignment (skin distorts), px and rad: decides who is whose mate. */
  distanceSigmaPx: 4.5,
  turnSigmaRad: 0.15,
} as const;

/** Skin is elastic: what is left over after the rigid motion is taken up by bending (`matcher/bending.ts`). */
export const BENDING = {
  /** Distance over which skin moves together, px. */
  reachPx: 45,
  /** Weight of not moving at all, in mates. */
  stiffness: 1,
  rounds: 2,
  /** Prints that agree less than this after the rigid motion are strangers (score below 6) and not bent. */
  minNats: -4,
} as const;

/** How many mates two strangers would show anyway (`matcher/chance.ts`). */
export const CHANCE = {
  /** Common areas smaller than this are taken for this large: their few minutiae say little about density, px². */
  minAreaPx2: 6000,
  /** Outer radius of the ring in which chance pairs are counted, in units of the mates' reach. */
  ringRatio: 3,
  /** Pairs of chance assumed even where the ring is empty. */
  phantomPairs: 0.2,
} as const;

/** What a score means: log-odds in nats, moved so that 0 stays the lowest. */
export const SCORE = {
  /** Score of two prints as likely from one finger as from two (at even prior odds); every point more is a factor e. */
  evenOdds: 10,
} as const;

/**
 * Log-odds of "same finger" per feature of an alignment (`matcher/features.ts` defines them), by `npm run fit:fingerprint`:
 * logistic regression over the pooled public sets (55 % of the weight), the same under stress (30 %) and made-up children
 * (15 %), genuine and impostor pairs weighing the same; cross-validated by sensor family.
 */
export const LOG_ODDS = {
  bias: 1.282,
  mates: 0.573,
  distance: -0.366,
  distanceSquared: -0.323,
  turn: -2.262,
  turnSquared: 2.736,
  mateQuality: -0.848,
  sameType: 0.316,
  likenessSquared: 1.102,
  missing: 0.309,
  missingQuality: -0.569,
  share: 5.479,
  sizes: -1.588,
  similarityRoot: 3.506,
  similarity: 14.235,
  beyondScatter: 0.747,
  beyondFlow: 0.643,
} as const;

export const ENROLMENT = {
  /** Two placements scoring less than this are not believed to be one finger. */
  minScore: 10,
  /** Share of the quality left to a minutia that another placement should have shown and did not. */
  lonelyShare: 0.7,
} as const;

/** Decisions of a search; scores in nats, see docs/fingerprint.md for the strangers' tails they were read from. */
export const IDENTIFICATION = {
  /** Threshold for one enrolled child. */
  baseThreshold: 16,
  /**
   * Added each time the number of enrolled children grows by e. Strangers' highest scores grow by a third of a point: beyond
   * the shortlist more children bring no more comparisons, only likelier ones.
   */
  perLogKey: 0.5,
  /** Distance the best must keep from the second child. */
  margin: 6,
  /** Taken from the sum of a presentation's scores for every earlier placement that is added to the newest. */
  perEarlierPlacement: 10,
  /** Weight of the second-best template of the same child, and the score from which it counts: strangers rarely exceed it. */
  secondTemplateShare: 0.25,
  secondTemplateFrom: 8,
  /** So far below the threshold an enrolled finger already looks like another child's: a person is asked, nobody is charged. */
  duplicateSlack: 4,
} as const;

/**
 * The first look at every stored finger: a 128-bit sketch per minutia (`matcher/sketches.ts`), nearest sketches that vote for
 * one turn between the prints. Chosen by how few fingers it loses (docs/fingerprint.md); all of it is flat around these values.
 */
export const SHORTLIST = {
  /** Floor of a sketch: that of a cylinder, in 5 × 5 cells without the corners, px. */
  radiusPx: 70,
  cellsAcross: 5,
  sections: 6,
  /** A neighbour sets the cells nearer than this, px, and the sections nearer than this, rad: a little over half of one. */
  nearPx: 17,
  nearRad: 0.6,
  minNeighbours: 2,
  /** Minutiae of the probe that are looked up, those that say most first: three vectors of sixteen, at a glance one. */
  probeMinutiae: 48,
  glanceMinutiae: 16,
  /** Share of the children that are looked at closely, and number from which there is no glance. */
  closeShare: 0.125,
  closeKeys: 512,
  /** Prints turned further than this against each other are not found: 64/256 is 90°. */
  maxTurn: 64,
  /** Votes are counted in this many turns, with the one before and the one after: 34° together. */
  turnBins: 32,
  /** Fingers looked at between two chances to stop. */
  sliceFingers: 128,
  /** Children compared with their most alike template, and of those with all their templates. */
  keys: 96,
  finalKeys: 6,
  /**
   * Once a score is so far above the threshold, children less alike than this share of its child are not compared: a second
   * record of the same finger that could come near it looks much more alike than that.
   */
  clearScore: 8,
  clearShare: 0.2,
} as const;

/** What a gallery takes at all. */
export const GALLERY_LIMITS = {
  /** Children: a district. */
  maxKeys: 25_000,
  /** Ten fingers with a merged template and three placements each. */
  maxTemplatesPerKey: 40,
  /** Placements of one presentation whose evidence is added: the first ones count. */
  maxProbes: 4,
  /** Comparisons reuse this many prepared templates, about 12 kB each. */
  preparedTemplates: 256,
} as const;
