import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { SegmentSummary } from './contract.ts';
import { segmentNames, segmentTraits } from './segment-name.ts';

interface Averages extends Record<string, number> {
  segment: number;
  customers: number;
  recency: number;
  frequency: number;
  monetary: number;
  order_value: number;
  tenure: number;
  discount: number;
}

// DECIMAL, because an average of DOUBLE would hang on the order in which threads add.
const averages = `
    avg(recency_days::decimal(18, 4)) as recency,
    avg(frequency::decimal(18, 4)) as frequency,
    avg(monetary::decimal(18, 4)) as monetary,
    avg(average_order_value::decimal(18, 4)) as order_value,
    avg(tenure_days::decimal(18, 4)) as tenure,
    coalesce(avg(discount_share::decimal(18, 6)), 0) as discount`;

/** `segments.summaries`: size, averages, traits and a readable name of each segment. */
export async function summariseSegments(session: WarehouseSession, folder: CycleFolder): Promise<{ relation: RelationRef; segments: SegmentSummary[] }> {
  const relation = await session.write(folder, {
    name: 'segments.summaries', algorithm: 'summarise-segments 1', inputs: ['features.customers', 'segments.memberships'],
    columns: async () => {
      const [all] = await session.rows<Averages>(`select -1 as segment, count(*) as customers, ${averages} from features.customers`) as [Averages];
      const rows = await session.rows<Averages>(`select segment, count(*) as customers, ${averages} from features.customers inner join segments.memberships using (customer_id) group by segment order by segment`);
      const ratio = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
      const traits = rows.map((row) => segmentTraits({
        recency: ratio(row.recency, all.recency), frequency: ratio(row.frequency, all.frequency), monetary: ratio(row.monetary, all.monetary),
        averageOrderValue: ratio(row.order_value, all.order_value), tenure: ratio(row.tenure, all.tenure), discountShare: ratio(row.discount, all.discount),
      }));
      const number = (name: string, key: keyof Averages) => ({ name, type: 'DOUBLE' as const, values: rows.map((row) => row[key]!) });
      return [
        { name: 'segment', type: 'INTEGER' as const, values: rows.map((row) => row.segment) },
        { name: 'name', type: 'VARCHAR' as const, values: segmentNames(traits) },
        { name: 'traits', type: 'VARCHAR' as const, values: traits.map((words) => words.join(',')) },
        { name: 'customers', type: 'BIGINT' as const, values: rows.map((row) => row.customers) },
        number('average_recency_days', 'recency'), number('average_orders', 'frequency'), number('average_spend', 'monetary'),
        number('average_order_value', 'order_value'), number('average_tenure_days', 'tenure'), number('average_discount_share', 'discount'),
      ];
    },
  });
  const segments = await session.rows<{ segment: number; name: string; customers: number; average_spend: number; average_orders: number; average_recency_days: number }>(
    'select segment, name, customers, average_spend, average_orders, average_recency_days from segments.summaries order by segment');
  return {
    relation,
    segments: segments.map((row) => ({ segment: row.segment, name: row.name, customers: row.customers, averageSpend: row.average_spend, averageOrders: row.average_orders, averageRecencyDays: row.average_recency_days })),
  };
}
