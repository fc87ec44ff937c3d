/**
 * The look of a report, light and dark, on screen and on paper. Colours of series: Okabe and Ito 2008, "Color universal
 * design", which readers with any colour vision tell apart; lines differ by their dashes too.
 */
export const STYLE: string = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#5b6570;--hair:#d9dee3;--wash:#f5f7f9;--good:#00734f;--bad:#b23a00;
--c0:#0072b2;--c1:#e69f00;--c2:#009e73;--c3:#8a939c;--c4:#cc79a7;--c5:#56b4e9;--c6:#d55e00;--c7:#b8a900}
@media(prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e8ebee;--soft:#9aa4ae;--hair:#343b42;--wash:#1d2125;--good:#3cc79a;--bad:#ff8a52;
--c0:#4aa8e0;--c3:#98a2ac;--c7:#f0e442}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:56rem;padding:2rem 1rem 4rem;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .5rem}h2{font-size:1.15rem;margin:0 0 .25rem}
p{margin:0 0 .75rem;color:var(--soft);max-width:44rem}
figure,section{margin:2.5rem 0 0}
svg.chart{display:block;width:100%;height:auto}
svg text{font:12px system-ui,sans-serif;fill:var(--soft)}
svg .tick.y,svg .name{text-anchor:end}svg .tick.x{text-anchor:middle}svg .unit.end{text-anchor:end}
svg .name,svg .value{fill:var(--ink)}
svg .grid{stroke:var(--hair)}svg .zero{stroke:var(--soft)}svg .mark{stroke:var(--soft);stroke-dasharray:4 4}
svg .whisker,svg .cap{stroke:var(--ink);stroke-width:1.2}
svg .line{fill:none;stroke-width:1.8;stroke-linejoin:round}svg .band{fill-opacity:.22}
svg .d1{stroke-dasharray:7 3}svg .d2{stroke-dasharray:2 3}svg .d3{stroke-dasharray:9 3 2 3}
${Array.from({ length: 8 }, (_, i) => `.bar.c${i},.band.c${i}{fill:var(--c${i})}.line.c${i}{stroke:var(--c${i})}.key.c${i}{background:var(--c${i})}`).join("")}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:0 0 .25rem;padding:0;font-size:.85rem}
.legend li{display:flex;align-items:center;gap:.4rem}.key{width:.8rem;height:.8rem;border-radius:2px;print-color-adjust:exact}
details{margin-top:.5rem;font-size:.85rem}summary{cursor:pointer;color:var(--soft)}
.wide{overflow-x:auto;max-height:26rem;overflow-y:auto}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;min-width:100%}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--hair);text-align:left;vertical-align:top;font-weight:400}
thead th{position:sticky;top:0;background:var(--wash);font-weight:600}.number{text-align:right;white-space:nowrap}
th.group{font-weight:600;padding-top:1rem}td.soft{color:var(--soft)}.holds{color:var(--good)}.fails{color:var(--bad);font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:0;font-size:.9rem}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
@media print{body{max-width:none;padding:0;font-size:11pt}figure,section{break-inside:avoid}summary{display:none}
.wide{overflow:visible;max-height:none}details::details-content{content-visibility:visible;block-size:auto}}
`;
