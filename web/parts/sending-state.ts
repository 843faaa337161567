import { html } from 'hono/html';
import type { SendingProgress } from '../../workflows/messages.ts';
import type { Content, Screen } from './screen.ts';
import { tiles } from './tiles.ts';

/** How far the sending of a campaign is; sent again as it goes. */
export const sendingState = ({ t }: Screen, sending: SendingProgress): Content => html`<p><span class="state">${t(sending.state)}</span></p><progress max="${Math.max(sending.recipients, 1)}" value="${sending.handedOver + sending.failed + sending.suppressed}" aria-label="${t('Letters handed over')}"></progress>${tiles([
  { label: t('handed over'), value: String(sending.handedOver), note: t('of {recipients}', { recipients: sending.recipients }) },
  { label: t('failed'), value: String(sending.failed) }, { label: t('suppressed'), value: String(sending.suppressed) },
  { label: t('letters a second'), value: String(sending.mailsPerSecond) },
])}${sending.stoppedArms.length === 0 ? '' : html`<p class="warn">${t('Stopped arms: {arms}', { arms: sending.stoppedArms.join(', ') })}</p>`}${sending.warnings.map((words) => html`<p class="warn">${words}</p>`)}`;
