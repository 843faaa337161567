/** How every command ends. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, waits: 3, interrupted: 130, terminated: 143 } as const;
