import { html } from 'hono/html';
import type { Say } from '../parts/say.ts';
import type { Content } from '../parts/screen.ts';

/** The login form. `problem` is said above it and tells nobody which of the two was wrong. */
export const loginForm = (t: Say, { root, to, name, problem }: { readonly root: string; readonly to: string; readonly name: string; readonly problem: string }): Content => html`<div class="card"><h1>Clientele</h1>${problem === '' ? '' : html`<p role="alert" class="hold">${problem}</p>`}<form method="post" action="${root}/login"><input type="hidden" name="to" value="${to}"><label for="name">${t('Name')}</label><input id="name" name="name" required maxlength="64" autocomplete="username" value="${name}"${name === '' ? html` autofocus` : ''}><label for="password">${t('Password')}</label><input id="password" name="password" type="password" required maxlength="1024" autocomplete="current-password"><button>${t('Log in')}</button></form></div>`;
