import { describe, expect, test } from 'vitest';
import { shopSettingsSchema } from '../../gateways/shop-folder/shop-settings.ts';

const parse = (preprocess: object) => shopSettingsSchema.shape.preprocess.safeParse({ feature_sets: [['recency_days', 'frequency']], ...preprocess });
const problems = (preprocess: object): string[] => parse(preprocess).error!.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('the settings of preprocess', () => {
  test('say what is done where a shop says nothing: medians, three interquartile ranges, standardised, its own list', () => {
    expect(parse({}).data).toMatchObject({
      missing: {}, missing_default: 'median', missing_indicators: false, outliers: { method: 'iqr', limit: 3, action: 'clip' }, scaling: {}, scaling_default: 'standard', selection: { mode: 'static' },
    });
  });

  test('take dynamic selection by a word or with its floors', () => {
    expect(parse({ selection: 'dynamic' }).data!.selection).toEqual(parse({ selection: { mode: 'dynamic' } }).data!.selection);
    expect(parse({ selection: { mode: 'dynamic', maximum_correlation: 0.8 } }).data!.selection).toMatchObject({ mode: 'dynamic', maximum_correlation: 0.8, minimum_stability: 0.6, minimum_features: 4 });
  });

  test('refuse what is misspelt, out of range or does not fit together', () => {
    expect(problems({ selection: 'dynamik' })).toEqual(['selection.mode: Invalid option: expected one of "static"|"dynamic"']);
    expect(problems({ selection: { minimum_features: 9, maximum_features: 3 } })).toEqual(['selection: minimum_features must not be more than maximum_features']);
    expect(problems({ scaling: { frequency: 'log' } })[0]).toMatch(/^scaling\.frequency: /);
    expect(problems({ outliers: { method: 'isolation_forest', contamination: 0.7 } })[0]).toMatch(/^outliers\.contamination: /);
    expect(problems({ missing_indicator: true })[0]).toMatch(/missing_indicator/);
  });
});
