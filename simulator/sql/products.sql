-- grain: one row a category
create table categories as
select * from (values
    (0, 'coffee', 'Coffee', 1400, ['House', 'Highland', 'Dark', 'Filter', 'Harbour']),
    (1, 'tea', 'Tea', 1200, ['Morning', 'Smoked', 'Garden', 'White', 'Mountain']),
    (2, 'chocolate', 'Chocolate', 900, ['Sea salt', 'Dark', 'Hazelnut', 'Orange', 'Almond']),
    (3, 'kitchen', 'Pan', 4500, ['Cast iron', 'Copper', 'Steel', 'Enamel', 'Everyday']),
    (4, 'tableware', 'Bowl', 2600, ['Blue', 'Speckled', 'Stone', 'Deep', 'Small']),
    (5, 'baking', 'Baking tin', 1900, ['Round', 'Loaf', 'Fluted', 'Large', 'Square']),
    (6, 'garden', 'Planter', 3200, ['Terracotta', 'Tall', 'Zinc', 'Hanging', 'Oak']),
    (7, 'books', 'Cookbook', 2400, ['Weeknight', 'Winter', 'Bread', 'Village', 'Market']),
    (8, 'candles', 'Candle', 1600, ['Beeswax', 'Cedar', 'Fig', 'Pillar', 'Linen']),
    (9, 'textiles', 'Blanket', 5800, ['Wool', 'Striped', 'Linen', 'Heavy', 'Checked']),
    (10, 'stationery', 'Notebook', 1100, ['Lined', 'Pocket', 'Cloth', 'Grid', 'Travel']),
    (11, 'toys', 'Puzzle', 2200, ['Wooden', 'Forest', 'Alphabet', 'City', 'Animal'])
) as listed (category_no, category, noun, usual_cents, adjectives);

-- Prices end in tens of cents and never go under 8.00. A product's number is its category times the products of one, plus its rank there.
-- grain: one row a product
create table products as
with

numbered as (
    select product_no, product_no // getvariable('products_per_category') as category_no, product_no % getvariable('products_per_category') + 1 as rank
    from range(12 * getvariable('products_per_category')) as numbered (product_no)
),

final as (
    select
        product_no,
        category_no,
        rank,
        category,
        adjectives[1 + pick('product/adjective', product_no, 5)] || ' ' || lower(noun) || ' No. ' || rank as title,
        ['Elm & Ash', 'Norden', 'Kleinwerk', 'Atelier Miró', 'Hof', 'Südwind', 'Tidal', 'Lumen', '山水', 'Bramble'][1 + pick('product/brand', product_no // 3, 10)] as brand,
        greatest(800, least(25000, floor(usual_cents * exp(0.45 * normal('product/price', product_no)) / 10) * 10 - 10))::bigint as price_cents,
        greatest(800, least(25000, floor(usual_cents * exp(0.45 * normal('product/price', product_no)) / 10) * 10 - 10)) * (0.35 + 0.3 * u('product/cost', product_no)) as unit_cost_cents,
        (20 + 2000 * u('product/stock', product_no) / rank)::integer as stock
    from numbered
    inner join categories using (category_no)
)

select * from final order by product_no;
