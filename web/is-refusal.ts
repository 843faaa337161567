import { ClienteleError } from '../gateways/errors.ts';

/** A running cycle refuses a decision by a Temporal failure of the update, or by our own error; every other error is ours to look at. */
export const isRefusal = (error: Error): boolean => error.name === 'WorkflowUpdateFailedError' || error.name === 'WorkflowNotFoundError' || (error instanceof ClienteleError && error.code === 'CYCLE_NOT_WAITING');
