/** The report's one style sheet: light, dark and paper. No rule loads anything. */
export const reportStyle = `
:root{color-scheme:light dark;--page:#f6f5f1;--card:#fff;--ink:#22241f;--quiet:#666b62;--line:#dedcd4;--track:#eceae3;--accent:#12695a;--on-accent:#fff;--warn:#8a5200;--bad:#a3261f;--tint:#e3f0ec}
@media (prefers-color-scheme:dark){:root{--page:#141613;--card:#1d201c;--ink:#eceee8;--quiet:#a3a99d;--line:#363a33;--track:#2a2e28;--accent:#63c7b1;--on-accent:#0d1f1a;--warn:#e6b35c;--bad:#f2938a;--tint:#1f3932}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,"Noto Sans CJK SC",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
main,header,footer{max-width:1040px;margin:0 auto;padding:0 20px}
header{padding-top:36px}
h1{font-size:clamp(1.7rem,4.5vw,2.4rem);line-height:1.15;margin:0 0 6px;letter-spacing:-.01em}
h2{font-size:1.3rem;margin:0 0 12px;line-height:1.3}
h3{font-size:1rem;margin:22px 0 6px}
p{margin:0 0 12px;max-width:68ch}section>:last-child{margin-bottom:0}ul{margin:0 0 12px;padding-left:22px}
a{color:var(--accent)}
nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin:14px 0 20px;font-size:.92rem}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:22px;margin:0 0 18px}
.quiet{color:var(--quiet);font-weight:400}
.lead{font-size:1.12rem;max-width:62ch}
.state{display:inline-block;border-radius:99px;padding:2px 12px;font-size:.85rem;font-weight:600;background:var(--tint);color:var(--accent)}
.state.other{background:var(--track);color:var(--warn)}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(165px,1fr));gap:14px;margin:0}
.tiles div{border-left:3px solid var(--accent);padding:2px 0 2px 12px}
.tiles dt{color:var(--quiet);font-size:.88rem}
.tiles dd{margin:0;font-size:1.5rem;font-weight:650;line-height:1.25}
.tiles dd span{display:block;font-size:.85rem;font-weight:400;color:var(--quiet)}
table{border-collapse:collapse;width:100%;font-size:.93rem}
caption{text-align:left;font-weight:600;padding:4px 0 8px}
th,td{text-align:left;vertical-align:top;padding:7px 14px 7px 0;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
tbody th{font-weight:500}
thead th{color:var(--quiet);font-weight:500;font-size:.85rem;vertical-align:bottom}
tbody tr:last-child>*{border-bottom:0}
.n{text-align:right;white-space:nowrap}
.bars th{width:30%;border:0}.bars td{border:0}.bars .bar{width:45%;min-width:70px}
.bars svg,.forest svg{display:block;margin-top:4px}
.scroll{overflow-x:auto;margin-bottom:14px}
.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:3px}
.forest{min-width:720px}.forest th{white-space:nowrap}.forest .effect{width:30%;min-width:150px}.forest thead .effect{text-align:center}.forest svg{margin-top:1px}
.track{fill:var(--track)}.fill{fill:var(--accent)}
.grid{stroke:var(--line)}.zero{stroke:var(--quiet);stroke-dasharray:3 3}.whisker{stroke:var(--accent);stroke-width:2.5}
.point{fill:var(--card);stroke:var(--accent);stroke-width:2.5}.point.sure{fill:var(--accent)}
.bubble{fill:var(--accent);stroke:var(--card);stroke-width:2;fill-opacity:.88}
.inside{fill:var(--on-accent);font-size:13px;font-weight:700}.tick,.axis{fill:var(--quiet);font-size:12px}
figure{margin:8px 0 18px}figcaption{color:var(--quiet);font-size:.88rem}
.plot{display:block;overflow:visible}
ul.plain{list-style:none;margin:0;padding:0}ul.plain li{padding:10px 0;border-bottom:1px solid var(--line)}ul.plain li:last-child{border:0}
.hold{color:var(--bad);font-weight:600}.warn{color:var(--warn);font-weight:600}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.decision strong{display:block;font-size:1.05rem}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,320px),1fr));gap:8px 36px;margin-bottom:14px}
footer{color:var(--quiet);font-size:.88rem;padding-bottom:40px}
@media (max-width:560px){.tiles{grid-template-columns:repeat(auto-fill,minmax(132px,1fr))}main,header,footer{padding-left:12px;padding-right:12px}section{padding:16px 14px}.bars th{width:36%}.bars .bar{width:30%}.wide{min-width:560px}}
@media print{:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--quiet:#444;--line:#bbb;--track:#eee;--accent:#12695a;--on-accent:#fff;--warn:#8a5200;--bad:#a3261f;--tint:#fff}body{font-size:10.5pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}nav{display:none}section{border:0;padding:0;margin-bottom:22pt}tr,figure,.tiles div,li{break-inside:avoid}h2,h3,caption{break-after:avoid}.scroll{overflow:visible}.forest,.wide{min-width:0;font-size:8.5pt}}
`;
