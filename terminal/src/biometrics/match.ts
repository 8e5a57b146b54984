import type { Compare, Template } from "./engine-api.ts";
import { compareTemplates } from "./matcher/comparison.ts";
import { prepare } from "./matcher/prepared.ts";

/**
 * Similarity of two templates, 0 or more (see docs/fingerprint.md for what a score means). Prepares both sides anew:
 * for more than one comparison use a gallery.
 */
export const compare: Compare = (probe: Template, candidate: Template): number =>
  compareTemplates(prepare(probe), prepare(candidate)).score;
