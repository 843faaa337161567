import { Hono } from 'hono';
import { findSend } from '../../gateways/ledger/find-send.ts';
import { readScannerSigns } from '../../gateways/ledger/read-scanner-signs.ts';
import { recordTouches } from '../../gateways/ledger/record-touches.ts';
import type { AppParts } from '../app-parts.ts';
import { humanMilliseconds, isProgram, isProgramClick, type Visit } from '../bot-verdict.ts';
import { visitOf } from '../visit.ts';

const pixel = Buffer.from('R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==', 'base64');

/** `GET /c/<key>/<signature>?to=` redirects to the signed target, `GET /o/<key>/<signature>.gif` is the open pixel; both leave a touch. A ledger that does not answer is told of, and keeps nobody from the shop. */
export function followLinks({ ledger, links, shops, clock, onError }: AppParts): Hono {
  const routes = new Hono();

  const recordClick = async (key: string, target: string, visit: Visit): Promise<void> => {
    const at = clock();
    const send = await findSend(ledger, key);
    // A send that was erased leaves no touch; its recipient still gets where the link leads.
    if (send === undefined) return;
    const { settings: { day_length_seconds: dayLengthSeconds } } = await shops(send.shop);
    const signs = await readScannerSigns(ledger, { key, detail: target, since: new Date(at.getTime() - humanMilliseconds(dayLengthSeconds)) });
    await recordTouches(ledger, [{ sendKey: key, kind: 'click', at, bot: signs === undefined || isProgramClick(visit, signs, at, dayLengthSeconds), detail: target }]);
  };

  routes.get('/c/:key/:signature', async (context) => {
    const { key, signature } = context.req.param();
    const target = links.readClick(key, signature, context.req.query('to') ?? '');
    await recordClick(key, target, visitOf(context)).catch(onError);
    return context.redirect(target, 302);
  });

  routes.get('/o/:key/:file{[A-Za-z0-9_-]+\\.gif}', async (context) => {
    const { key, file } = context.req.param();
    links.readPixel(key, file.slice(0, -'.gif'.length));
    await recordTouches(ledger, [{ sendKey: key, kind: 'open', at: clock(), bot: isProgram(visitOf(context)) }]).catch(onError);
    return context.body(new Uint8Array(pixel), 200, { 'Content-Type': 'image/gif', 'Cache-Control': 'no-store, private' });
  });

  return routes;
}
