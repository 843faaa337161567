-- Draws depend on the seed, a purpose and an id only, never on the order of rows or the number of threads.
-- A uniform in (0, 1).
create macro u(purpose, id) as ((hash(xor(hash(concat(purpose, ':', getvariable('seed'))), hash(id::bigint))) >> 12)::double + 0.5) / 4503599627370496.0;

create macro normal(purpose, id) as sqrt(-2 * ln(u(purpose || '/radius', id))) * cos(2 * pi() * u(purpose || '/angle', id));

-- A whole number from 0 to n - 1.
create macro pick(purpose, id, n) as floor(u(purpose, id) * n)::integer;

-- Zipf with exponent 1.1 over the ranks 1 to n, by the inverse of the continuous distribution.
create macro zipf(purpose, id, n) as floor(pow(1 - u(purpose, id) * (1 - pow(n + 1, -0.1)), -10))::integer;

-- Microdays until the next arrival of a Poisson process with that rate a day. At least one, at most a million days.
create macro gap(purpose, id, rate) as least(1e12, ceil(-ln(u(purpose, id)) / greatest(rate, 1e-9) * 1e6))::bigint;

-- A bound on the arrivals of a Poisson process that one in a million goes over.
create macro most_arrivals(mean) as ceil(mean + 5 * sqrt(mean) + 5)::bigint;

-- A time of that day when people shop: the evening from six to eleven, or the day from eight to six.
create macro time_of_day(day, purpose, id, evening_share) as day::timestamp + to_seconds(
    case when u(purpose || '/evening', id) < evening_share then 64800 + floor(u(purpose || '/second', id) * 18000) else 28800 + floor(u(purpose || '/second', id) * 36000) end);

create macro customer_name(customer_no) as 'C' || lpad(customer_no::varchar, 7, '0');

create macro product_name(product_no) as 'P' || lpad(product_no::varchar, 5, '0');

-- An order's number is its customer's times 4096 plus its index among that customer's orders; a line's is its order's times 16 plus its place.
create macro order_name(order_no) as 'O' || lpad((order_no // 4096)::varchar, 7, '0') || '-' || (order_no % 4096)::varchar;

create macro amount(cents) as (cents / 100)::decimal(12, 2);

create macro csv(text) as '"' || replace(text, '"', '""') || '"';

-- What one draw from a customer's taste gives: half the first category, a quarter the second, a quarter anything.
create macro tasted_category(purpose, id, taste, second_taste) as
    case when u(purpose || '/taste', id) < 0.5 then taste when u(purpose || '/taste', id) < 0.75 then second_taste else pick(purpose || '/category', id, 12) end;

create macro tasted_product(purpose, id, taste, second_taste) as
    tasted_category(purpose, id, taste, second_taste) * getvariable('products_per_category') + zipf(purpose || '/rank', id, getvariable('products_per_category')) - 1;

-- The twenty best sellers of a category each have a complement of the same rank in the next category.
create macro has_complement(product_no) as product_no % getvariable('products_per_category') < 20;

create macro complement(product_no) as (product_no + getvariable('products_per_category')) % (12 * getvariable('products_per_category'));

-- The product of a line: the second line is in 35 of 100 orders the complement of the first, where that has one.
create macro line_product(order_no, line_no, taste, second_taste) as
    case
        when line_no = 2 and has_complement(tasted_product('line', order_no * 16 + 1, taste, second_taste)) and u('line/pair', order_no) < 0.35
            then complement(tasted_product('line', order_no * 16 + 1, taste, second_taste))
        else tasted_product('line', order_no * 16 + line_no, taste, second_taste)
    end;

-- What a visit is made with: for an order the device its payment names.
create macro device_of(channel, customer_no, order_no, session_no) as case
    when channel = 'app' then ['ios', 'android'][1 + customer_no % 2]
    when order_no is not null then ['desktop', 'desktop', 'phone', 'tablet'][1 + pick('payment/device', order_no, 4)]
    else ['desktop', 'desktop', 'phone', 'tablet'][1 + pick('visit/device', session_no, 4)]
end;

-- Which one of the flaws an address has. A mailbox is shared with the customer before, where that one's address has no flaw.
create macro own_email_flaw(customer_no) as case
    when struck('customers.missing_email', customer_no) then 'missing_email'
    when struck('customers.malformed_email', customer_no) then 'malformed_email'
    when struck('customers.shared_email', customer_no) then 'shared_email'
end;

create macro email_flaw(customer_no) as case
    when own_email_flaw(customer_no) = 'shared_email' and (customer_no = 1 or own_email_flaw(customer_no - 1) is not null) then null
    else own_email_flaw(customer_no)
end;

-- Who writes to or follows whom: mostly people with near numbers.
create macro acquaintance(id, customer_no) as 1 + (customer_no + floor(30 * pow(u('acquaintance', id), 2))::bigint) % getvariable('customers');

-- What a coupon takes off an order of that value.
create macro coupon_cost(order_value, coupon_code, kind, value) as case
    when coupon_code is null then 0
    when kind = 'percentage' then order_value * value / 100
    when kind = 'amount' then least(value, order_value)
    else 0
end;
