-- What the mails of `mails` do to those who got them, by hidden traits. Everybody draws for themselves and this week only, so neither the
-- order of mails nor who else got one changes anything; without a mail a customer's week is as it would have been.
-- grain: one row a mail of a customer
create table responses as
with

-- a shared mailbox is read by the customer with the lowest number
mailboxes as (
    select lower(email) as address, min(customer_no) as customer_no
    from customers
    where email is not null
    group by lower(email)
),

addressed as (
    select
        position,
        customer_no,
        offer_kind,
        offer_value,
        coupon_code,
        -- how good an offer looks to everybody, as a share of an order
        case offer_kind when 'percentage' then offer_value / 100 when 'amount' then offer_value / 60 when 'free_shipping' then 0.08 else 0.02 end as offer_depth,
        row_number() over (partition by customer_no order by position) as nth
    from mails
    inner join mailboxes on mailboxes.address = lower(mails.address)
),

judged as (
    select
        addressed.*,
        response_class,
        rate,
        drop_out,
        basket,
        taste,
        second_taste,
        discount_chance,
        is_looking,
        least(0.6, offer_depth) * (0.5 + price_sensitivity) as appeal,
        customer_no in (select customer_no from driven_away) as is_driven_away,
        coalesce(first_purchases.micro, getvariable('horizon_microdays')) >= getvariable('from_microdays') as is_waiting,
        coalesce(departed_micro < getvariable('from_microdays'), false) as has_departed
    from addressed
    inner join traits using (customer_no)
    left join first_purchases using (customer_no)
    left join departures using (customer_no)
),

-- chances: to open; to click having opened; to buy once more having clicked; to be annoyed and to unsubscribe having opened; to redeem the
-- coupon in an order of one's own. Where mail does not work it is read and nothing comes of it.
weighed as (
    select
        *,
        case when is_driven_away then 0 else case response_class when 'persuadable' then 0.62 when 'sure_thing' then 0.7 when 'lost_cause' then 0.18 else 0.6 end end as open_chance,
        case response_class when 'persuadable' then least(0.9, 0.25 + 1.6 * appeal) when 'sure_thing' then 0.5 when 'lost_cause' then 0.06 else 0.05 end as click_chance,
        getvariable('mail_works') * case response_class when 'persuadable' then least(0.9, 0.2 + 2.2 * appeal) else 0 end as buy_chance,
        getvariable('mail_works') * case response_class when 'sleeping_dog' then 0.85 else 0 end as annoyed_chance,
        case when response_class = 'sleeping_dog' and getvariable('mail_works') = 1 then 0.12 else 0.004 end as unsubscribe_chance,
        0.8 * getvariable('mail_works') as redeem_chance
    from judged
),

drawn as (
    select
        *,
        u('mail/open/' || getvariable('reading'), customer_no) < open_chance as opens,
        u('mail/click/' || getvariable('reading'), customer_no) < click_chance as clicks_if_open,
        u('mail/buy/' || getvariable('reading'), customer_no) < buy_chance as buys_if_click,
        u('mail/annoyed/' || getvariable('reading'), customer_no) < annoyed_chance as annoyed_if_open,
        u('mail/unsubscribe/' || getvariable('reading'), customer_no) < unsubscribe_chance as unsubscribes_if_open,
        u('mail/redeem/' || getvariable('reading'), customer_no) < redeem_chance as would_redeem,
        u('mail/leave/' || getvariable('reading'), customer_no) < 0.06 as leaves_if_annoyed,
        u('mail/which link/' || getvariable('reading'), customer_no) as link_draw
    from weighed
),

-- a second mail of the week is opened and clicked like the first, and changes nothing else
final as (
    select
        * exclude (clicks_if_open, buys_if_click, annoyed_if_open, unsubscribes_if_open, leaves_if_annoyed),
        opens and clicks_if_open as clicks,
        opens and clicks_if_open and buys_if_click and nth = 1 as buys,
        opens and annoyed_if_open and nth = 1 as is_annoyed,
        opens and unsubscribes_if_open and nth = 1 as unsubscribes,
        opens and annoyed_if_open and leaves_if_annoyed and nth = 1 as leaves
    from drawn
)

select * from final order by position;
