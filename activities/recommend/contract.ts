import type { Relations } from '../contract.ts';

export interface RecommendInput {
  readonly shop: string;
  /** ISO week; the latest cycle of the lake that has its features when absent. */
  readonly cycle?: string;
}

/** A mean over customers with its 95 % interval. */
export interface JudgedFigure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A method as it did on purchases later than all it had seen. */
export interface JudgedMethod {
  readonly method: string;
  readonly isUsed: boolean;
  readonly recall: JudgedFigure;
  readonly precision: JudgedFigure;
  readonly ndcg: JudgedFigure;
  readonly averagePrecision: JudgedFigure;
  readonly novelty: JudgedFigure;
  readonly coverage: number;
}

/** What recommending came to; no person is in it. */
export interface RecommendFound {
  readonly shop: string;
  readonly cycle: string;
  readonly asOf: string;
  /** `recommendations.*` */
  readonly relations: Relations;
  readonly customers: number;
  readonly products: number;
  /** What fills the lists: the blend, or popularity where the blend was not better beyond chance. */
  readonly used: string;
  readonly blend: readonly { readonly method: string; readonly weight: number }[];
  readonly judged: readonly JudgedMethod[];
  readonly judgedCustomers: number;
}

export interface RecommendActivities {
  /** The products each customer should like next, and how well each method foretold later purchases. */
  recommendProducts(input: RecommendInput): Promise<RecommendFound>;
}
