import { html } from 'hono/html';
import { includesRole, type Role } from '../access/role.ts';
import type { Content, Screen } from './screen.ts';

/** A form that changes something: carries the token against forgery, and is only shown to who may send it. */
export function actionForm(screen: Screen, role: Role, action: string, content: Content): Content | string {
  if (!includesRole(screen.visitor.role, role)) return '';
  return html`<form class="action" method="post" action="${action}"><input type="hidden" name="csrf" value="${screen.visitor.csrf}">${content}</form>`;
}

/** Asks for a name where nobody is logged in; a session knows it. */
export const byField = ({ t, visitor }: Screen, id: string): Content | string => (visitor.by === 'session' ? '' : html`<label for="${id}">${t('Your name')}</label><input id="${id}" name="by" required maxlength="80" autocomplete="name">`);
