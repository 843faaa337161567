import { summariseSample, welchTest } from './welch-test.ts';
import type { WelchResult } from './welch-test.ts';

/** A figure of each customer beside the same customer's covariate from before the experiment. */
export interface CovariateSample {
  readonly values: Float64Array;
  /** Must be fixed before anything could depend on the arm. */
  readonly covariates: Float64Array;
}

export interface CupedResult extends WelchResult {
  /** What a unit of the covariate is worth in the figure. */
  readonly theta: number;
  /** Means after the correction; they differ by the difference. */
  readonly treatmentMean: number;
  readonly controlMean: number;
  /** Share of the difference's variance that the covariate explained away. */
  readonly varianceReduction: number;
}

/**
 * Welch's test of two means after what a pre-period covariate explains is taken out of both: the same expectation, less noise, and the
 * luck of the assignment corrected. Theta is the slope within the arms, so that a true effect does not enter it.
 *
 * Source: A. Deng et al., "Improving the sensitivity of online controlled experiments by utilizing pre-experiment data", WSDM 2013.
 *
 * @throws RangeError when a group has fewer than 2 values, lengths differ, a value is not finite, or the confidence is not in (0, 1).
 */
export function cuped(treatment: CovariateSample, control: CovariateSample, options: { readonly confidence?: number } = {}): CupedResult {
  const centre = combinedMean(treatment.covariates, control.covariates);
  const momentsT = crossMoments(treatment);
  const momentsC = crossMoments(control);
  const spread = momentsT.covariateSquares + momentsC.covariateSquares;
  const theta = spread === 0 ? 0 : (momentsT.products + momentsC.products) / spread;
  const adjusted = ({ values, covariates }: CovariateSample) => summariseSample(values.map((value, row) => value - theta * ((covariates[row] as number) - centre)));
  const raw = welchTest(summariseSample(treatment.values), summariseSample(control.values), options);
  const [adjustedT, adjustedC] = [adjusted(treatment), adjusted(control)];
  const result = welchTest(adjustedT, adjustedC, options);
  const width = (of: WelchResult): number => of.interval.upper - of.interval.lower;
  return { ...result, theta, treatmentMean: adjustedT.mean, controlMean: adjustedC.mean, varianceReduction: width(raw) === 0 ? 0 : 1 - (width(result) / width(raw)) ** 2 };
}

function combinedMean(one: Float64Array, other: Float64Array): number {
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return (sum(one) + sum(other)) / (one.length + other.length);
}

function crossMoments({ values, covariates }: CovariateSample): { products: number; covariateSquares: number } {
  if (values.length !== covariates.length) throw new RangeError(`there are ${covariates.length} covariates for ${values.length} values`);
  const { mean } = summariseSample(values);
  const { mean: covariateMean } = summariseSample(covariates);
  let products = 0;
  let covariateSquares = 0;
  for (let row = 0; row < values.length; row++) {
    const off = (covariates[row] as number) - covariateMean;
    products += off * ((values[row] as number) - mean);
    covariateSquares += off * off;
  }
  return { products, covariateSquares };
}
