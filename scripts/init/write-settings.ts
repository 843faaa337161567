/** What a new shop is asked for. */
export interface ShopAnswers {
  readonly title: string;
  /** IANA name. */
  readonly timeZone: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly sender: string;
  readonly postalAddress: string;
  readonly marketer: string;
  /** Folder or URL, as shop.yaml has it. */
  readonly data: string;
  /** Of one campaign, in the shop's currency. */
  readonly budget: number;
}

// JSON's texts are YAML's too, whatever stands in them.
const text = (value: string): string => JSON.stringify(value);

/** A `shop.yaml` to begin with; every setting that is not in it has its default. */
export function writeSettings({ title, timeZone, currency, sender, postalAddress, marketer, data, budget }: ShopAnswers): string {
  return `name: ${text(title)}
# days and weeks are the shop's own
time_zone: ${text(timeZone)}
currency: ${text(currency)}
locale: en
# who letters come from; the postal address is in every letter, as the law wants it
sender:
  name: ${text(title)}
  address: ${text(sender)}
  postal_address: ${text(postalAddress)}
# they get the proof of each campaign
marketers: [${text(marketer)}]
# what sources read as getvariable('data'); a relative folder starts at the project's root
data: ${text(data)}
schedule: { day: monday, time: "06:00" }
# nothing is sent before a person has approved it
approval: { mode: required, remind_after_hours: 24, give_up_after_hours: 72 }
preprocess:
  # what customers are told apart by; the second set is taken when the first gives no good segments
  feature_sets:
    - [recency_days, frequency, monetary, average_order_value, tenure_days]
    - [recency_days, frequency, monetary]
campaign:
  # the sum of expected offer costs stays under it
  budget: ${budget}
  # customers who get no letter, so that its effect can be measured
  holdout_share: 0.1
  attribution_days: 7
  # expected_cost: what one redemption costs the shop; traits: the segments it is for, best fit first
  offers:
    - { name: 15 % to come back, kind: percentage, value: 15, expected_cost: 3, traits: [slipping, lost, bargain] }
    - { name: 10 % on the next order, kind: percentage, value: 10, expected_cost: 2, traits: [new, occasional] }
    - { name: Free shipping for regulars, kind: free_shipping, value: 4.9, expected_cost: 2, traits: [champion, loyal, big_basket] }
  # two letters against each other; feedback moves the share
  arms:
    - { name: A, letter: offer-a, subject: "Something for you, {{ given_name | default: \\"friend\\" }}" }
    - { name: B, letter: offer-b, subject: "Your code is inside" }
gates:
  # a cycle with more of its lines refused than this is held
  maximum_quarantined_share: 0.05
`;
}
