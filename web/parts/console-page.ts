import type { ReportNumbers } from '../../activities/feedback/report/report-numbers.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { AppParts } from '../app-parts.ts';
import type { CycleView, LakeReader } from '../reads/lake-reader.ts';
import type { Content, Screen } from './screen.ts';
import type { Section } from './sections.ts';

/** What a page about a cycle is given. */
export interface PageInput {
  readonly parts: AppParts;
  readonly lake: LakeReader;
  readonly screen: Screen;
  readonly view: CycleView;
  readonly settings: ShopSettings;
  readonly numbers: ReportNumbers;
  /** A query parameter, cut to a length that a person could have typed. */
  readonly query: (name: string) => string | undefined;
}

/** One page of the navigation about one cycle. Its file says the rest. */
export interface ConsolePage {
  readonly section: Section;
  readonly title: string;
  readonly charts: boolean;
  show(input: PageInput): Promise<Content>;
}
