import type { Ledger, LedgerTransaction } from './ledger.ts';

/** A figure of quality with its bootstrap interval; null where it does not exist. */
export interface ModelFigure {
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** A model as it was judged in one cycle. */
export interface RegisteredModel {
  readonly shop: string;
  readonly cycle: string;
  /** What it tells: `buys`, `churns`, `opens`, `redeems`. */
  readonly target: string;
  readonly model: string;
  readonly role: 'champion' | 'challenger';
  readonly metrics: Readonly<Record<string, ModelFigure>>;
  /** Of a difference from the champion's AUC by chance (DeLong); 1 for the champion itself. */
  readonly pValue: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Fingerprint by relation that it learned from and was judged on. */
  readonly data: Readonly<Record<string, string>>;
}

/** Registers the models of one cycle and target; a cycle that is analysed again replaces what it registered before. */
export async function registerModels(ledger: Ledger, of: Pick<RegisteredModel, 'shop' | 'cycle' | 'target'>, models: readonly Omit<RegisteredModel, 'shop' | 'cycle' | 'target'>[]): Promise<void> {
  const rows = models.map(({ pValue, ...model }) => ({ ...model, p_value: pValue }));
  await ledger.transaction(async (tx) => {
    await tx.query('delete from models where shop = $1 and cycle = $2 and target = $3', [of.shop, of.cycle, of.target]);
    await tx.query(
      `insert into models (shop, cycle, target, model, role, metrics, p_value, parameters, data)
       select $1, $2, $3, model, role, metrics, p_value, parameters, data
       from jsonb_to_recordset($4::jsonb) as i(model text, role text, metrics jsonb, p_value double precision, parameters jsonb, data jsonb)`,
      [of.shop, of.cycle, of.target, JSON.stringify(rows)],
    );
  });
}

const columns = 'shop, cycle, target, model, role, metrics, p_value as "pValue", parameters, data';

/**
 * The champion of each target, of the latest cycle that has one, in the order of targets.
 * @param options.before ISO week; only champions of earlier cycles, so that a cycle run again meets the one that it met the first time
 */
export const championsInForce = (ledger: LedgerTransaction, shop: string, options: { readonly before?: string } = {}): Promise<RegisteredModel[]> => ledger.query<RegisteredModel>(
  `select distinct on (target) ${columns}
   from models
   where shop = $1 and role = 'champion' and ($2::text is null or cycle < $2)
   order by target, cycle desc`,
  [shop, options.before ?? null],
);

/** Every model of a shop, the latest cycle first, in it the champion of each target first. */
export const listModels = (ledger: LedgerTransaction, shop: string, limit = 100): Promise<RegisteredModel[]> => ledger.query<RegisteredModel>(
  `select ${columns} from models where shop = $1 order by cycle desc, target, role = 'champion' desc, model limit $2`,
  [shop, limit],
);
