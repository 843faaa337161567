/** What a column of features.customers is to a person. */
const names: Readonly<Record<string, string>> = {
  recency_days: 'Days since the last order', frequency: 'Orders', monetary: 'Spend', average_order_value: 'Average order', items_per_order: 'Items an order', tenure_days: 'Days as a customer',
  gap_mean_days: 'Days between orders', gap_variation: 'Irregularity', distinct_products: 'Different products', distinct_categories: 'Different categories', discount_share: 'Share of discounts', return_share: 'Share of returns',
  web_share: 'Share by web', app_share: 'Share by app', store_share: 'Share in stores', weekend_share: 'Share on weekends', evening_share: 'Share in the evening', orders_90d: 'Orders in 90 days', revenue_90d: 'Spend in 90 days',
  views_30d: 'Views in 30 days', searches_30d: 'Searches in 30 days', carts_30d: 'Carts in 30 days', sessions_30d: 'Visits in 30 days', cart_abandon_share: 'Share of carts left',
};

/** The name of a feature for people; one that has none is shown as it is, with spaces. */
export const featureName = (feature: string): string => names[feature] ?? feature.replaceAll('_', ' ');
