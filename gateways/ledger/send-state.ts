/** States of a send. Which moves exist is stated once, in `send_may_move` of sql/ledger/0001_ledger.sql. */
export const sendStates = ['planned', 'claimed', 'handed_over', 'delivered', 'soft_bounced', 'hard_bounced', 'complained', 'failed', 'suppressed', 'cancelled', 'in_doubt'] as const;

export type SendState = (typeof sendStates)[number];
