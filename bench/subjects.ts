import type { Subject } from './side-by-side.ts';
import { subject as clv } from './clv.ts';
import { subject as features } from './features.ts';
import { subject as forecast } from './forecast.ts';
import { subject as hierarchical } from './hierarchical.ts';
import { subject as identity } from './identity.ts';
import { subject as itemsets } from './itemsets.ts';
import { subject as kmeans } from './kmeans.ts';
import { subject as logistic } from './logistic.ts';
import { subject as neural } from './neural.ts';
import { subject as recommend } from './recommend.ts';
import { subject as risk } from './risk.ts';
import { subject as similar } from './similar.ts';
import { subject as svm } from './svm.ts';
import { subject as trees } from './trees.ts';
import { subject as uplift } from './uplift.ts';

/** What `npm run bench -- <name>` measures beside peers; side-by-side.ts says how to add one. */
export const subjects: readonly Subject<object>[] = [
  clv,
  features,
  forecast,
  hierarchical,
  identity,
  itemsets,
  kmeans,
  logistic,
  neural,
  recommend,
  risk,
  similar,
  svm,
  trees,
  uplift,
];
