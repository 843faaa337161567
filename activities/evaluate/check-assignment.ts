import { sampleRatioMismatch } from '../../algorithms/statistics/sample-ratio-mismatch.ts';

/** An arm, holdout included, with who is in it and which share of all it was planned to have. */
export interface ArmSize {
  readonly arm: string;
  readonly customers: number;
  readonly planned: number;
}

/** Chance below which the sizes are not luck any more: then something lost customers of one arm, and the arms are not alike otherwise either. */
const alpha = 0.001;

/** In words why nothing may be read from arms of these sizes; empty where they are what was planned. */
export function checkAssignment(arms: readonly ArmSize[]): string {
  const stray = arms.find(({ planned, customers }) => planned === 0 && customers > 0);
  if (stray !== undefined) return `arm ${stray.arm} has ${stray.customers} customers and was to have none`;
  const compared = arms.filter(({ planned }) => planned > 0);
  if (compared.length < 2 || compared.every(({ customers }) => customers === 0)) return '';
  const { pValue } = sampleRatioMismatch(compared.map(({ customers }) => customers), compared.map(({ planned }) => planned));
  if (pValue >= alpha) return '';
  const total = compared.reduce((sum, { customers }) => sum + customers, 0);
  const whole = compared.reduce((sum, { planned }) => sum + planned, 0);
  const sizes = compared.map(({ arm, customers, planned }) => `${arm} ${customers} instead of about ${Math.round((total * planned) / whole)}`).join(', ');
  return `the arms do not have the sizes that were planned (${sizes}; chi-square p ${pValue < 1e-6 ? 'under 0.000001' : pValue.toFixed(6)}): customers of one arm were lost, so a comparison would mislead`;
}
