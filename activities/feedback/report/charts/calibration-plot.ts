import { markup, type Markup } from '../markup.ts';
import { niceScale } from './nice-scale.ts';
import type { ReportPrediction } from '../cycle-report.ts';

const percent = (value: number): string => `${value.toFixed(2)}%`;

/** What was told against what came, with the line on which a calibrated model lies. Places are percentages, so that text keeps its size at any width. */
export function calibrationPlot(bins: ReportPrediction['calibration']): Markup {
  const scale = niceScale(Math.max(...bins.flatMap(({ told, came }) => [told, came]), 0));
  const across = (share: number): string => percent(9 + (88 * share) / scale.end);
  const up = (share: number): string => percent(86 - (81 * share) / scale.end);
  const share = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
  const said = bins.map(({ told, came }) => `told ${share.format(told)}, came ${share.format(came)}`).join('; ');
  return markup`<figure><svg class="plot" width="100%" height="300" role="img" aria-label="${`Calibration. ${said}`}">
    ${scale.ticks.map((tick) => markup`<line class="grid" x1="${across(tick)}" x2="${across(tick)}" y1="5%" y2="86%"/><text class="tick" x="${across(tick)}" y="91%" text-anchor="middle">${share.format(tick)}</text>
    <line class="grid" x1="9%" x2="97%" y1="${up(tick)}" y2="${up(tick)}"/><text class="tick" x="8%" y="${up(tick)}" dy="4" text-anchor="end">${share.format(tick)}</text>`)}
    <line class="zero" x1="${across(0)}" y1="${up(0)}" x2="${across(scale.end)}" y2="${up(scale.end)}"/>
    <text class="axis" x="53%" y="98.5%" text-anchor="middle">probability told</text>
    <text class="axis" x="9%" y="3%">share that bought</text>
    ${bins.map(({ told, came }) => markup`<circle class="point sure" cx="${across(told)}" cy="${up(came)}" r="5"/>`)}
  </svg><figcaption>Each point is a tenth of the customers that judged. On the dashed line as many buy as were told to.</figcaption></figure>`;
}
