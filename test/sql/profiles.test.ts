import { describe, expect, test } from 'vitest';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { giveRows, rowsOf, withSession } from './support/run-relation.ts';

const asOf = { as_of: '2026-03-01T00:00:00Z' };
const lineColumns = { customer_id: 'varchar', order_id: 'varchar', product_id: 'varchar', category: 'varchar', brand: 'varchar', ordered_at: 'timestamp', is_return: 'boolean', quantity: 'decimal(18,3)', gross: 'decimal(18,4)' };
const orderColumns = { customer_id: 'varchar', order_id: 'varchar', ordered_at: 'timestamp', is_return: 'boolean', lines: 'bigint', discount: 'decimal(18,4)', revenue: 'decimal(18,4)' };
const brandColumns = { customer_id: 'varchar', rank: 'bigint', brand: 'varchar', share: 'double', lines: 'bigint', tf_idf: 'double' };
const customerNames = ['recency_days', 'frequency', 'monetary', 'average_order_value', 'items_per_order', 'gap_mean_days', 'gap_variation', 'discount_share', 'return_share', 'web_share', 'app_share', 'store_share', 'weekend_share', 'evening_share'];
const customerColumns = { customer_id: 'varchar', ...Object.fromEntries(customerNames.map((name) => [name, 'double'])) };

describe('features.interests and features.brands', () => {
  test('what everybody buys says less of a customer than what few do: tf-idf as scikit-learn has it', () => withSession(asOf, async (session) => {
    const line = (customer_id: string, category: string, brand: string, ordered_at = '2026-03-01') => ({ customer_id, order_id: 'o', product_id: 'p', category, brand, ordered_at, is_return: false });
    await giveRows(session, 'features.order_lines', [
      line('c1', 'drinks', 'Leaf'), line('c1', 'drinks', 'Leaf', '2025-12-01'), line('c1', 'kitchen', 'Hof', '2025-12-01'), line('c1', 'kitchen', 'Hof', '2025-12-01'),
      line('c2', 'drinks', 'Leaf'), line('c3', 'garden', 'Elm'), { ...line('c3', 'drinks', 'Leaf'), is_return: true }, line('c3', 'unknown', 'unknown'),
    ], lineColumns);
    // TfidfTransformer(norm=None).fit_transform([[.6, .4, 0], [1, 0, 0], [0, 0, 1]]), columns drinks, kitchen, garden
    expect(await rowsOf(session, 'features.interests', 'customer_id, rank, category, round(share, 6) as share, lines, recent_lines, round(tf_idf, 6) as tf_idf', 'customer_id, rank')).toEqual([
      { customer_id: 'c1', rank: 1, category: 'drinks', share: 0.6, lines: 2, recent_lines: 1.5, tf_idf: 0.772609 },
      { customer_id: 'c1', rank: 2, category: 'kitchen', share: 0.4, lines: 2, recent_lines: 1, tf_idf: 0.677259 },
      { customer_id: 'c2', rank: 1, category: 'drinks', share: 1, lines: 1, recent_lines: 1, tf_idf: 1.287682 },
      { customer_id: 'c3', rank: 1, category: 'garden', share: 1, lines: 1, recent_lines: 1, tf_idf: 1.693147 },
    ]);
    expect(await rowsOf(session, 'features.brands', 'customer_id, rank, brand, round(share, 6) as share, lines, round(tf_idf, 6) as tf_idf', 'customer_id, rank')).toEqual([
      { customer_id: 'c1', rank: 1, brand: 'Leaf', share: 0.6, lines: 2, tf_idf: 0.772609 },
      { customer_id: 'c1', rank: 2, brand: 'Hof', share: 0.4, lines: 2, tf_idf: 0.677259 },
      { customer_id: 'c2', rank: 1, brand: 'Leaf', share: 1, lines: 1, tf_idf: 1.287682 },
      { customer_id: 'c3', rank: 1, brand: 'Elm', share: 1, lines: 1, tf_idf: 1.693147 },
    ]);
  }));
});

describe('features.favourite_products', () => {
  test('are the three bought most often, the latest first where that is equal', () => withSession({}, async (session) => {
    const line = (product_id: string, ordered_at: string, is_return = false) => ({ customer_id: 'c1', order_id: 'o', product_id, ordered_at, is_return });
    await giveRows(session, 'features.order_lines', [
      line('p1', '2026-01-01'), line('p2', '2026-01-03'), line('p3', '2026-01-02'), line('p4', '2026-01-01'), line('p4', '2026-01-01'), line('p5', '2026-02-01', true), line('p0', '2026-01-01'),
    ], lineColumns);
    await giveRows(session, 'snapshot.products', [{ product_id: 'p4', title: 'Tea' }]);
    expect(await rowsOf(session, 'features.favourite_products', '*', 'rank')).toEqual([
      { customer_id: 'c1', rank: 1, product_id: 'p4', title: 'Tea', times: 2 },
      { customer_id: 'c1', rank: 2, product_id: 'p2', title: 'p2', times: 1 },
      { customer_id: 'c1', rank: 3, product_id: 'p3', title: 'p3', times: 1 },
    ]);
  }));
});

describe('features.habits', () => {
  const customer = (customer_id: string, figures: Readonly<Record<string, number>> = {}) => ({ customer_id, recency_days: 1, frequency: 1, monetary: 1, average_order_value: 1, items_per_order: 1, discount_share: 0, return_share: 0, web_share: 1, app_share: 0, store_share: 0, weekend_share: 0, evening_share: 0, ...figures });
  const order = (customer_id: string, ordered_at: string, more: Readonly<Record<string, number | boolean>> = {}) => ({ customer_id, order_id: `${customer_id} ${ordered_at}`, ordered_at, is_return: false, lines: 1, discount: 0, revenue: 10, ...more });
  const line = (customer_id: string, product_id: string, gross: number, category = 'tea', quantity = 1) => ({ customer_id, order_id: 'o', product_id, category, quantity, gross, is_return: false });
  const given = async (session: WarehouseSession, rows: { readonly customers: Parameters<typeof giveRows>[2]; readonly orders: Parameters<typeof giveRows>[2]; readonly lines?: Parameters<typeof giveRows>[2]; readonly brands?: Parameters<typeof giveRows>[2] }): Promise<void> => {
    await giveRows(session, 'features.customers', rows.customers, customerColumns);
    await giveRows(session, 'features.orders', rows.orders, orderColumns);
    await giveRows(session, 'features.order_lines', rows.lines ?? [], lineColumns);
    await giveRows(session, 'features.brands', rows.brands ?? [], brandColumns);
  };

  test('scores recency, frequency and money by fifths, and customers who are alike alike', () => withSession({}, async (session) => {
    const figures = [[400, 1, 5], [90, 1, 10], [40, 1, 20], [9, 2, 20], [2, 8, 300]] as const;
    await given(session, {
      customers: figures.map(([recency_days, frequency, monetary], index) => customer(`c${index}`, { recency_days, frequency, monetary })),
      orders: figures.map((_, index) => order(`c${index}`, '2026-02-01')),
    });
    expect(await rowsOf(session, 'features.habits', 'customer_id, recency_score as r, frequency_score as f, monetary_score as m', 'customer_id')).toEqual([
      { customer_id: 'c0', r: 1, f: 1, m: 1 }, { customer_id: 'c1', r: 2, f: 1, m: 2 }, { customer_id: 'c2', r: 3, f: 1, m: 3 },
      { customer_id: 'c3', r: 4, f: 4, m: 3 }, { customer_id: 'c4', r: 5, f: 5, m: 5 },
    ]);
  }));

  test('knows baskets and the rhythm of week and day; the mean of eleven at night and one in the morning is midnight', () => withSession({}, async (session) => {
    await given(session, {
      customers: [customer('c1', { store_share: 0.5, web_share: 0.25 }), customer('c2', { web_share: 0 })],
      orders: [
        order('c1', '2026-02-02 23:00:00', { lines: 3, discount: 1, revenue: 12.5 }), // Monday
        order('c1', '2026-02-03 01:00:00', { revenue: 30 }), order('c1', '2026-02-10 23:00:00'), // Tuesdays
        order('c1', '2026-02-16 01:00:00'), // Monday
        order('c1', '2026-02-17 12:00:00', { is_return: true, revenue: -99 }),
        order('c2', '2026-02-01'), order('c2', '2026-02-08'), // Sundays of a source that knows days only
      ],
    });
    expect(await rowsOf(session, 'features.habits', 'lines_per_order, largest_order_value, discounted_order_share, favourite_weekday, favourite_weekday_share, typical_hour, round(hour_regularity, 4) as hour_regularity, night_share, morning_share, favourite_channel', 'customer_id')).toEqual([
      { lines_per_order: 1.5, largest_order_value: 30, discounted_order_share: 0.25, favourite_weekday: 1, favourite_weekday_share: 0.5, typical_hour: 0, hour_regularity: 0.9659, night_share: 0.5, morning_share: 0, favourite_channel: 'store' },
      { lines_per_order: 1, largest_order_value: 10, discounted_order_share: 0, favourite_weekday: 7, favourite_weekday_share: 1, typical_hour: null, hour_regularity: null, night_share: null, morning_share: null, favourite_channel: null },
    ]);
  }));

  test('places what a customer buys among the prices paid in its category', () => withSession({}, async (session) => {
    await given(session, {
      customers: ['c1', 'c2', 'c3', 'c4'].map((id) => customer(id)), orders: ['c1', 'c2', 'c3', 'c4'].map((id) => order(id, '2026-02-01')),
      // tea: 2 < 3 = 3 < 8; a mug is alone in its category
      lines: [line('c1', 'cheap', 4, 'tea', 2), line('c2', 'same', 3), line('c2', 'equal', 3), line('c3', 'dear', 8), line('c3', 'dear', 8), line('c4', 'mug', 90, 'mugs')],
    });
    expect(await rowsOf(session, 'features.habits', 'customer_id, price_place, price_tier', 'customer_id')).toEqual([
      { customer_id: 'c1', price_place: 0.125, price_tier: 'low' }, { customer_id: 'c2', price_place: 0.5, price_tier: 'middle' },
      { customer_id: 'c3', price_place: 0.875, price_tier: 'high' }, { customer_id: 'c4', price_place: 0.5, price_tier: 'middle' },
    ]);
  }));

  test('brand loyalty is the chance that two lines are of one brand; one line says nothing', () => withSession({}, async (session) => {
    await given(session, {
      customers: ['c1', 'c2', 'c3', 'c4'].map((id) => customer(id)), orders: ['c1', 'c2', 'c3', 'c4'].map((id) => order(id, '2026-02-01')),
      brands: [{ customer_id: 'c1', brand: 'Leaf', lines: 3 }, { customer_id: 'c1', brand: 'Hof', lines: 1 }, { customer_id: 'c2', brand: 'Leaf', lines: 1 }, { customer_id: 'c3', brand: 'Leaf', lines: 4 }],
    });
    expect(await rowsOf(session, 'features.habits', 'customer_id, brand_loyalty, price_tier', 'customer_id')).toEqual([
      { customer_id: 'c1', brand_loyalty: 0.5, price_tier: null }, { customer_id: 'c2', brand_loyalty: null, price_tier: null },
      { customer_id: 'c3', brand_loyalty: 1, price_tier: null }, { customer_id: 'c4', brand_loyalty: null, price_tier: null },
    ]);
  }));
});

describe('features.social', () => {
  const said = (customer_id: string, kind: string, more: Readonly<Record<string, string | number>> = {}) => ({ customer_id, kind, occurred_at: '2026-02-01', ...more });

  test('counts what a customer did and who answered; a follow counts once, and never of oneself', () => withSession(asOf, async (session) => {
    await giveRows(session, 'snapshot.social', [
      said('c1', 'post'), said('c1', 'post', { occurred_at: '2025-01-01' }), said('c1', 'mention', { other_customer_id: 'c2' }), said('c2', 'like', { other_customer_id: 'c1' }), said('c1', 'like', { other_customer_id: 'c1' }),
      said('c1', 'follow', { other_customer_id: 'c2' }), said('c1', 'follow', { other_customer_id: 'c2' }), said('c1', 'follow', { other_customer_id: 'c1' }), said('c2', 'follow', { other_customer_id: 'c1' }), said('c1', 'follow', { other_customer_id: 'c3' }),
      said('c9', 'post', { occurred_at: '2026-03-05' }),
    ]);
    expect(await rowsOf(session, 'features.social', 'customer_id, activities, activities_90d, days_since_active, posts, mentions_made, likes_given, following, followers, mutual_follows, mentions_received, likes_received', 'customer_id')).toEqual([
      { customer_id: 'c1', activities: 8, activities_90d: 7, days_since_active: 28, posts: 2, mentions_made: 1, likes_given: 1, following: 2, followers: 1, mutual_follows: 1, mentions_received: 0, likes_received: 1 },
      { customer_id: 'c2', activities: 2, activities_90d: 2, days_since_active: 28, posts: 0, mentions_made: 0, likes_given: 1, following: 1, followers: 1, mutual_follows: 1, mentions_received: 1, likes_received: 0 },
      { customer_id: 'c3', activities: 0, activities_90d: 0, days_since_active: null, posts: 0, mentions_made: 0, likes_given: 0, following: 0, followers: 1, mutual_follows: 0, mentions_received: 0, likes_received: 0 },
    ]);
  }));

  test('takes the tone of a review from its stars, and without stars from what its words stood for elsewhere', () => withSession(asOf, async (session) => {
    const review = (customer_id: string, text: string, rating?: number) => said(customer_id, 'review', rating === undefined ? { text } : { text, rating });
    await giveRows(session, 'snapshot.social', [
      review('c1', 'Wunderbar', 5), review('c1', 'Wunderbar', 5), review('c1', 'Gebrochen', 2), review('c2', 'Wunderbar', 5), review('c2', 'Gebrochen!', 1), review('c2', 'gebrochen', 1),
      review('c3', 'Gebrochen'), review('c4', 'Wunderbar, wunderbar.'), review('c5', 'Sehr einmalig'), review('c6', 'nichts davon', 4),
      said('c7', 'post', { text: 'wunderbar' }),
    ]);
    expect(await rowsOf(session, 'features.social', 'customer_id, reviews, round(rating_mean, 3) as rating_mean, sentiment', 'customer_id')).toEqual([
      { customer_id: 'c1', reviews: 3, rating_mean: 4, sentiment: 0.5 },
      { customer_id: 'c2', reviews: 3, rating_mean: 2.333, sentiment: -1 / 3 },
      // three reviews of -0.5, -1 and -1, and five neutral ones
      { customer_id: 'c3', reviews: 1, rating_mean: null, sentiment: -0.312 },
      { customer_id: 'c4', reviews: 1, rating_mean: null, sentiment: 0.375 },
      { customer_id: 'c5', reviews: 1, rating_mean: null, sentiment: null },
      { customer_id: 'c6', reviews: 1, rating_mean: 4, sentiment: 0.5 },
      { customer_id: 'c7', reviews: 0, rating_mean: null, sentiment: null },
    ]);
  }));
});

describe('features.profiles', () => {
  const habitNames = ['recency_score', 'frequency_score', 'monetary_score', 'favourite_weekday', 'brand_loyalty', 'price_place', 'lines_per_order', 'largest_order_value', 'discounted_order_share', 'favourite_weekday_share', 'typical_hour', 'hour_regularity', 'night_share', 'morning_share', 'afternoon_share'];
  const given = async (session: WarehouseSession, social: Parameters<typeof giveRows>[2]): Promise<void> => {
    await giveRows(session, 'features.customers', [{ customer_id: 'c1', monetary: 50 }, { customer_id: 'c2', monetary: 70 }], customerColumns);
    await giveRows(session, 'features.habits', [{ customer_id: 'c1', recency_score: 5, price_tier: 'high', favourite_channel: 'app' }, { customer_id: 'c2', recency_score: 1 }], { customer_id: 'varchar', price_tier: 'varchar', favourite_channel: 'varchar', ...Object.fromEntries(habitNames.map((name) => [name, 'double'])) });
    await giveRows(session, 'snapshot.customers', [{ customer_id: 'c1', birth_date: '1990-03-02', city: 'Wien', interests: 'tea' }, { customer_id: 'c2', birth_date: '1890-01-01' }, { customer_id: 'c3' }]);
    await giveRows(session, 'features.interests', [{ customer_id: 'c1', rank: 1, category: 'drinks', share: 0.6, tf_idf: 0.7 }, { customer_id: 'c1', rank: 2, category: 'garden', share: 0.4, tf_idf: 0.9 }], { customer_id: 'varchar', rank: 'bigint', category: 'varchar', share: 'double', tf_idf: 'double' });
    await giveRows(session, 'features.brands', [{ customer_id: 'c1', rank: 1, brand: 'Leaf', share: 0.5, tf_idf: 0.5 }, { customer_id: 'c1', rank: 2, brand: 'Hof', share: 0.5, tf_idf: 0.5 }], brandColumns);
    await giveRows(session, 'features.social', social, Object.fromEntries(['customer_id varchar', 'activities bigint', 'activities_90d bigint', 'posts bigint', 'reviews bigint', 'rating_mean double', 'sentiment double', 'following bigint', 'followers bigint', 'mentions_received bigint'].map((column) => column.split(' ') as [string, string])));
    await giveRows(session, 'features.lifetime_value', [{ customer_id: 'c1', p_alive: 0.9, clv_1y: 120 }], { customer_id: 'varchar', frequency: 'integer', p_alive: 'double', expected_purchases_90d: 'double', expected_value_90d: 'double', clv_1y: 'double' });
  };

  test('are one row a customer who ordered, with what every topic knows; an age is in whole years and never guessed', () => withSession(asOf, async (session) => {
    await given(session, [{ customer_id: 'c1', activities: 4, followers: 2, sentiment: 0.5 }]);
    expect(await rowsOf(session, 'features.profiles', 'customer_id, age, age_band, city, monetary, recency_score, favourite_channel, price_tier, stated_interests, favourite_category, favourite_category_share, distinctive_category, favourite_brand, favourite_brand_share, social_activities, followers, sentiment, p_alive, clv_1y', 'customer_id')).toEqual([
      { customer_id: 'c1', age: 35, age_band: '35-44', city: 'Wien', monetary: 50, recency_score: 5, favourite_channel: 'app', price_tier: 'high', stated_interests: 'tea', favourite_category: 'drinks', favourite_category_share: 0.6, distinctive_category: 'garden', favourite_brand: 'Leaf', favourite_brand_share: 0.5, social_activities: 4, followers: 2, sentiment: 0.5, p_alive: 0.9, clv_1y: 120 },
      { customer_id: 'c2', age: null, age_band: null, city: null, monetary: 70, recency_score: 1, favourite_channel: null, price_tier: null, stated_interests: null, favourite_category: null, favourite_category_share: null, distinctive_category: null, favourite_brand: null, favourite_brand_share: null, social_activities: 0, followers: 0, sentiment: null, p_alive: null, clv_1y: null },
    ]);
  }));

  test('know nothing of social life in a shop without such data', () => withSession(asOf, async (session) => {
    await given(session, []);
    expect(await rowsOf(session, 'features.profiles', 'customer_id, social_activities, followers', 'customer_id')).toEqual([
      { customer_id: 'c1', social_activities: null, followers: null }, { customer_id: 'c2', social_activities: null, followers: null },
    ]);
  }));
});
