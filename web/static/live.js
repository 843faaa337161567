// Replaces a piece of the page whenever the server sends it anew. Without this file a page shows what was so when it was opened.
'use strict';

for (const place of document.querySelectorAll('[data-live]')) {
  const source = new EventSource(place.dataset.live);
  source.addEventListener('piece', ({ data }) => {
    const focused = place.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    // The server escaped what it printed; scripts in it would not run.
    place.innerHTML = data;
    if (focused !== null) place.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  });
  // The work is over: the page that now comes has the results, and forms that were waited for.
  source.addEventListener('over', () => {
    source.close();
    const typing = [...document.querySelectorAll('input:not([type=hidden]), textarea')].some((field) => field.value !== field.defaultValue);
    if (!typing) location.reload();
  });
  addEventListener('pagehide', () => { source.close(); });
}
