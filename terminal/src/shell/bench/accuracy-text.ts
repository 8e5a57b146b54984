import type { EnrolledReport } from "./enrolled-searches.ts";
import type { ErrorRates } from "./error-rates.ts";
import { quantile } from "./identify-searches.ts";
import type { SetReport } from "./verification.ts";

export const percent = (share: number): string => (100 * share).toFixed(2);

const ratesText = (rates: ErrorRates | null): string =>
  rates === null
    ? "no pairs to compare"
    : `EER ${percent(rates.eer)} FMR100 ${percent(rates.fmr100)}` +
      ` FMR1000 ${percent(rates.fmr1000)} ZeroFMR ${percent(rates.zeroFmr)}`;

/** One line a set, and one a failure to extract. */
export const describeSet = (report: SetReport): readonly string[] => {
  const { name, all, fvc, failures, extractMs } = report;
  const figures = [
    name.padEnd(24),
    `${report.fingers} fingers ${report.prints} prints`,
    `| all: ${ratesText(all)}`,
    `| fvc: ${ratesText(fvc)}`,
    `| failed ${failures.length}`,
    `| extract p50 ${quantile(extractMs, 0.5).toFixed(1)} p95 ${quantile(extractMs, 0.95).toFixed(1)} ms`,
    `compare ${report.perSecond.toFixed(0)}/s`,
    `template ${report.templateBytes.toFixed(0)} B`,
  ].join(" ");
  return [figures, ...failures.map((failure) => `  ${name}: failed to extract ${failure}`)];
};

const decisionsText = ({ right, wrong, unsure }: EnrolledReport["first"]): string =>
  `right ${right} wrong ${wrong} unsure ${unsure}`;

export const describeEnrolled = (name: string, report: EnrolledReport): readonly string[] => {
  const { fingers, splits, probes, dropped } = report;
  return [
    `${name}: ${ratesText(report.rates)} | merged alone: ${ratesText(report.mergedRates)}` +
      ` | ${fingers} fingers ${splits} splits ${probes} probes, ${dropped} placements did not fit`,
    `  search: first placement ${decisionsText(report.first)}; of the unsure, with a second` +
      ` ${decisionsText(report.second)}; strangers named ${report.strangersNamed}, with two placements` +
      ` ${report.strangersNamedTwice}; highest stranger ${report.highestStranger.toFixed(1)}, with two` +
      ` ${report.highestStrangerTwice.toFixed(1)}; lowest own ${report.lowestOwn.toFixed(1)}`,
  ];
};

/** Means over the sets that have rates, as text; dashes without any. */
export const meansOf = (
  all: readonly (ErrorRates | null)[],
): { readonly count: number; readonly eer: string; readonly fmr1000: string } => {
  const rates = all.filter((one) => one !== null);
  const mean = (values: readonly number[]): string =>
    values.length === 0
      ? "-"
      : percent(values.reduce((sum, value) => sum + value, 0) / values.length);
  return {
    count: rates.length,
    eer: mean(rates.map(({ eer }) => eer)),
    fmr1000: mean(rates.map(({ fmr1000 }) => fmr1000)),
  };
};
