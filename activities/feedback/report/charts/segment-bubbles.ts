import type { SegmentSummary } from '../../../analyse/contract.ts';
import { markup, type Markup } from '../markup.ts';
import { niceScale } from './nice-scale.ts';

const percent = (value: number): string => `${value.toFixed(2)}%`;
const smallest = 11;
const largest = 34;

/** Segments by recency and frequency; a bubble's area is its number of customers, its number the one in the segments' table. Places are percentages, so that text keeps its size at any width. */
export function segmentBubbles(segments: readonly SegmentSummary[]): Markup {
  const x = niceScale(Math.max(...segments.map(({ averageRecencyDays }) => averageRecencyDays), 0) * 1.12);
  const y = niceScale(Math.max(...segments.map(({ averageOrders }) => averageOrders), 0) * 1.15);
  const most = Math.max(...segments.map(({ customers }) => customers), 1);
  // The plot leaves room for the axes: 9 % on the left, 14 % below.
  const across = (days: number): string => percent(9 + (88 * days) / x.end);
  const up = (orders: number): string => percent(86 - (81 * orders) / y.end);
  const radius = (customers: number): number => Math.max(smallest, largest * Math.sqrt(customers / most));
  const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
  const said = segments.map(({ segment, name, averageRecencyDays, averageOrders }) => `${segment} ${name}: ${number.format(averageRecencyDays)} days, ${number.format(averageOrders)} orders`).join('; ');
  return markup`<figure><svg class="plot" width="100%" height="340" role="img" aria-label="${`Segments by average days since the last order and average orders. ${said}`}">
    ${x.ticks.map((tick) => markup`<line class="grid" x1="${across(tick)}" x2="${across(tick)}" y1="5%" y2="86%"/><text class="tick" x="${across(tick)}" y="91%" text-anchor="middle">${number.format(tick)}</text>`)}
    ${y.ticks.map((tick) => markup`<line class="grid" x1="9%" x2="97%" y1="${up(tick)}" y2="${up(tick)}"/><text class="tick" x="8%" y="${up(tick)}" dy="4" text-anchor="end">${number.format(tick)}</text>`)}
    <text class="axis" x="53%" y="98.5%" text-anchor="middle">average days since last order</text>
    <text class="axis" x="9%" y="3%">average orders</text>
    ${[...segments].sort((a, b) => b.customers - a.customers).map(({ segment, customers, averageRecencyDays, averageOrders }) => markup`<circle class="bubble" cx="${across(averageRecencyDays)}" cy="${up(averageOrders)}" r="${radius(customers).toFixed(1)}"/><text class="inside" x="${across(averageRecencyDays)}" y="${up(averageOrders)}" dy="4.5" text-anchor="middle">${segment}</text>`)}
  </svg><figcaption>Right means longer ago, up means more orders. The area of a circle is the number of customers; the numbers are those of the table.</figcaption></figure>`;
}
