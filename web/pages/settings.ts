import { html } from 'hono/html';
import { includesRole } from '../access/role.ts';
import type { ConsolePage } from '../parts/console-page.ts';
import type { Content } from '../parts/screen.ts';
import { table } from '../parts/table.ts';

const shownEntries = 50;

/** `{ a: { b: 1 } }` → `a.b`, `1` */
function flat(value: unknown, path: string): [string, string][] {
  if (Array.isArray(value) && value.some((one) => typeof one === 'object' && one !== null)) return value.flatMap((one, index) => flat(one, `${path}[${index + 1}]`));
  if (Array.isArray(value)) return [[path, value.join(', ')]];
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([name, inner]) => flat(inner, path === '' ? name : `${path}.${name}`));
  return [[path, String(value)]];
}

/** Settings, read only: what the shop's file says with its defaults, the installation, and for operators who may enter and who did what. */
export const settingsPage: ConsolePage = {
  section: 'settings', title: 'Settings', charts: false,
  async show({ view, parts, screen: { t, visitor, mask, root }, settings, numbers }) {
    const hidden = new Set(['marketers', 'sender.address']);
    const rows = flat(settings, '').map(([name, value]) => [name, mask.hides && hidden.has(name) ? value.split(', ').map((address) => mask.address(address)).join(', ') : value] as const);
    const operator = includesRole(visitor.role, 'operator');
    return html`<section class="card"><h2>${settings.name}</h2><p>${t('Settings are changed in {file} and read at the next step; an unknown one stops the start.', { file: `shops/${view.shop}/shop.yaml` })}</p>${table({
      caption: t('Settings'), empty: '', sortable: false, columns: [{ label: t('setting'), kind: 'name' }, { label: t('value') }], rows: rows.map(([name, value]) => [html`<code>${name}</code>`, value]),
    })}</section>
<section class="card"><h2>${t('This installation')}</h2>${table({
      caption: t('This installation'), empty: '', sortable: false, columns: [{ label: t('what'), kind: 'name' }, { label: t('value') }],
      rows: [[t('ledger'), parts.ledger.engine], [t('lake'), operator ? parts.warehouse.lake : t('for operators')], [t('public address'), parts.publicUrl], [t('API description'), html`<a href="${root}/api/openapi.json">openapi.json</a>`], [t('login'), parts.accounts.users.length === 0 ? t('none: this address is reached from this machine only') : t('by name and password')]],
    })}</section>
${operator ? await forOperators() : ''}`;

    async function forOperators(): Promise<Content> {
      const entries = await parts.audit.last(shownEntries);
      return html`<section class="card"><h2>${t('Who may enter')}</h2>${table({
        caption: t('People and programs'), empty: t('Nobody is named: whoever sits at this machine is the operator. Set CONSOLE_USERS to let others in.'), columns: [{ label: t('name'), kind: 'name' }, { label: t('role') }, { label: t('by') }],
        rows: [...parts.accounts.users.map((user) => [user.name, t(user.role), t('password')]), ...parts.accounts.tokens.map((token) => [token.name, t(token.role), t('token')])],
      })}</section>
<section class="card"><h2>${t('Who did what')}</h2>${table({
        caption: t('Audit log'), empty: t('Nothing yet.'), columns: [{ label: t('when'), kind: 'name' }, { label: t('who') }, { label: t('role') }, { label: t('by') }, { label: t('what') }, { label: t('about') }, { label: t('outcome') }],
        rows: entries.map((entry) => [{ text: numbers.time(entry.at), value: entry.at }, entry.who || t('this machine'), entry.role, entry.via, entry.action, entry.subject, entry.outcome]),
      })}</section>`;
    }
  },
};
