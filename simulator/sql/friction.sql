-- Orders that a fault of the checkout loses: their sessions end at a failed payment, and nothing of them is in the books.
-- grain: one row an order lost
create table friction_losses as
select order_no, net_cents
from orders
inner join order_totals using (order_no)
where
    channel = getvariable('friction_channel')
    and getvariable('friction_device') in ('', device_of(channel, customer_no, order_no, null))
    and u('friction', order_no) < getvariable('friction_share');

update sessions
set steps = list_concat(list_filter(steps, lambda step: step not in ('payment_failed', 'purchase')), ['payment_failed'])
where order_no in (select order_no from friction_losses);

delete from order_lines where order_no in (select order_no from friction_losses);

delete from order_totals where order_no in (select order_no from friction_losses);

delete from orders where order_no in (select order_no from friction_losses);
