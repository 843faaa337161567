import type { Effect } from '../../../evaluate/contract.ts';
import type { MetricUnit } from '../cycle-report.ts';
import { markup, type Markup } from '../markup.ts';
import type { ReportNumbers } from '../report-numbers.ts';

const compared = ({ arm, segment }: Effect): string => {
  const who = arm === 'all' ? 'all mailed' : `arm ${arm}`;
  return segment === 'all' || segment === '' ? who : `${segment}${arm === 'all' ? '' : `, ${who}`}`;
};

/** Difference to the holdout with its interval, one row a comparison, one scale a metric. A filled mark means that the interval leaves out zero, over several segments by Holm's p-value. */
export function forestPlot(metric: string, effects: readonly Effect[], unit: MetricUnit, confidence: number, numbers: ReportNumbers): Markup {
  const ends = effects.flatMap(({ lower, upper, difference }) => [lower, upper, difference]).filter((value) => Number.isFinite(value));
  const low = Math.min(0, ...ends);
  const high = Math.max(0, ...ends);
  const span = high - low || 1;
  const at = (value: number): string => `${(6 + (88 * (value - low)) / span).toFixed(2)}%`;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${`Effects on ${metric}`}"><table class="forest"><caption>${metric.replaceAll('_', ' ')} <span class="quiet">a customer</span></caption>
    <thead><tr><th scope="col">mailed against holdout</th><th scope="col" class="effect">lower · higher</th><th scope="col" class="n">difference, ${numbers.share(confidence).replace('.0', '')} interval</th><th scope="col" class="n">p</th><th scope="col" class="n">mailed</th><th scope="col" class="n">holdout</th></tr></thead>
    <tbody>${effects.map((effect) => {
      // Of several comparisons some leave out zero by chance: there Holm's p-value decides.
      const sure = (effect.lower > 0 || effect.upper < 0) && (effect.adjustedPValue === undefined || effect.adjustedPValue < 1 - confidence);
      const drawn = Number.isFinite(effect.lower) && Number.isFinite(effect.upper);
      return markup`
      <tr><th scope="row">${compared(effect)}</th>
        <td class="effect"><svg width="100%" height="22" aria-hidden="true"><line class="zero" x1="${at(0)}" x2="${at(0)}" y1="0" y2="22"/>${drawn ? markup`<line class="whisker" x1="${at(effect.lower)}" x2="${at(effect.upper)}" y1="11" y2="11"/>` : null}${Number.isFinite(effect.difference) ? markup`<circle class="${sure ? 'point sure' : 'point'}" cx="${at(effect.difference)}" cy="11" r="5"/>` : null}</svg></td>
        <td class="n"><strong>${numbers.difference(effect.difference, unit)}</strong> <span class="quiet">[${numbers.difference(effect.lower, unit)}, ${numbers.difference(effect.upper, unit)}]</span></td>
        <td class="n">${numbers.pValue(effect.pValue)}${effect.adjustedPValue === undefined ? null : markup` <span class="quiet">Holm ${numbers.pValue(effect.adjustedPValue)}</span>`}</td>
        <td class="n">${numbers.metric(effect.treatedMean, unit)} <span class="quiet">of ${numbers.count(effect.treated)}</span></td>
        <td class="n">${numbers.metric(effect.controlMean, unit)} <span class="quiet">of ${numbers.count(effect.control)}</span></td></tr>`;
    })}</tbody></table></div>`;
}
