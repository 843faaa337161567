/** What a person or token of the console may do, from least to most: look (masked), decide about campaigns, run the installation. */
export const roles = ['viewer', 'marketer', 'operator'] as const;

export type Role = (typeof roles)[number];

/** Whether a role includes what another one may do. */
export const includesRole = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);
