// Draws the pictures of a page from the JSON beside them. Every number is in a table too, so nothing is lost without this file.
'use strict';

(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  // Okabe and Ito's colours, told apart by people who see colours otherwise; darker on paper, lighter on black.
  const groups = () => (dark.matches
    ? ['#63c7b1', '#f0a04b', '#7db7f0', '#e58fc0', '#e6d35c', '#b6b9ff', '#f2938a', '#9fd46b', '#c9c9c9']
    : ['#12695a', '#c2570c', '#1d6fb8', '#a23b78', '#8a7400', '#5a50c8', '#a3261f', '#4d7c0f', '#5c5c5c']);
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const language = document.documentElement.lang;
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const some = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const fine = new Intl.NumberFormat(language, { maximumFractionDigits: 3 });
  const minus = (text) => text.replace('-', '−');

  function format(unit) {
    if (unit === 'count') return (value) => whole.format(value);
    if (unit === 'share') return (value) => `${some.format(value * 100)} %`;
    if (unit === 'percent') return (value) => `${some.format(value)} %`;
    if (unit === 'points') return (value) => `${value > 0 ? '+' : ''}${minus(some.format(value))} pp`;
    if (typeof unit === 'object') { const money = new Intl.NumberFormat(language, { style: 'currency', currency: unit.money, maximumFractionDigits: 2 }); return (value) => minus(money.format(value)); }
    if (unit === 'decimal') return (value) => minus(fine.format(value));
    return (value) => minus(some.format(value));
  }

  const base = () => ({
    animation: !still, color: groups(),
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: color('--ink') },
    // Drawn, not built of HTML: a product's title can hold no markup here, and the page's policy allows no inline style.
    tooltip: { renderMode: 'richText', confine: true, backgroundColor: color('--card'), borderColor: color('--line'), textStyle: { color: color('--ink'), fontSize: 13 } },
  });
  const axis = (more = {}) => ({ axisLine: { lineStyle: { color: color('--line') } }, axisTick: { show: false }, splitLine: { lineStyle: { color: color('--track') } }, axisLabel: { color: color('--quiet'), fontSize: 12 }, nameTextStyle: { color: color('--quiet') }, ...more });
  const short = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

  const draw = {
    bars({ labels, values, unit }, width) {
      const say = format(unit);
      const room = Math.min(width * 0.42, 230);
      return {
        ...base(), grid: { left: room, right: 64, top: 4, bottom: 8 },
        xAxis: { type: 'value', show: false }, yAxis: axis({ type: 'category', inverse: true, data: labels, axisLine: { show: false }, axisLabel: { color: color('--ink'), width: room - 12, overflow: 'truncate', fontSize: 13 } }),
        tooltip: { ...base().tooltip, formatter: ({ name, value }) => `${name}: ${say(value)}` },
        series: [{ type: 'bar', data: values, barMaxWidth: 22, itemStyle: { color: color('--accent'), borderRadius: [0, 4, 4, 0] }, label: { show: true, position: 'right', color: color('--ink'), formatter: ({ value }) => say(value) } }],
      };
    },
    scatter({ names, points, axes }, width) {
      const narrow = width < 560;
      return {
        ...base(), legend: { top: 0, type: 'scroll', textStyle: { color: color('--ink') }, data: names },
        grid: { left: 44, right: 18, top: narrow ? 44 : 62, bottom: 52 },
        toolbox: narrow ? undefined : { right: 8, top: 32, itemSize: 15, iconStyle: { borderColor: color('--quiet') }, feature: { dataZoom: {}, brush: { type: ['rect', 'polygon', 'clear'] }, restore: {} } },
        brush: narrow ? undefined : { toolbox: ['rect', 'polygon', 'clear'], xAxisIndex: 0, yAxisIndex: 0, outOfBrush: { colorAlpha: 0.08 }, brushStyle: { color: 'transparent', borderColor: color('--accent'), borderWidth: 2 } },
        dataZoom: [{ type: 'inside', xAxisIndex: 0, zoomOnMouseWheel: 'ctrl' }, { type: 'inside', yAxisIndex: 0, zoomOnMouseWheel: 'ctrl' }],
        xAxis: axis({ type: 'value', scale: true, name: short(axes[0], narrow ? 40 : 90), nameLocation: 'middle', nameGap: 30 }), yAxis: axis({ type: 'value', scale: true, name: short(axes[1], narrow ? 40 : 90), nameLocation: 'middle', nameGap: 30 }),
        tooltip: { ...base().tooltip, formatter: ({ seriesName, value }) => `${value[2]}\n${seriesName}` },
        series: names.map((name, group) => ({ name, type: 'scatter', symbolSize: narrow ? 4 : 6, itemStyle: { opacity: 0.72 }, data: points.filter((point) => point[2] === group).map(([x, y, , id]) => [x, y, id]) })),
      };
    },
    heat({ columns, rows, cells, unit, around }, width) {
      const say = format(unit);
      const values = cells.map((cell) => cell[2]);
      const reach = around === undefined ? Math.max(...values, 0.01) : Math.max(...values.map((value) => Math.abs(value - around)), 0.01);
      const low = dark.matches ? '#e0873c' : '#b4500b';
      const paper = dark.matches ? '#262a24' : '#f3f1ea';
      const high = dark.matches ? '#4fc0a8' : '#12695a';
      const tight = width / columns.length < 62;
      return {
        ...base(), grid: { left: Math.min(width * 0.36, 150), right: 8, top: 6, bottom: columns.some((name) => name.length > 4) ? 96 : 30 },
        xAxis: axis({ type: 'category', data: columns, splitLine: { show: false }, axisLabel: { color: color('--quiet'), rotate: columns.some((name) => name.length > 4) ? 35 : 0, width: 150, overflow: 'truncate', interval: columns.some((name) => name.length > 4) || !tight ? 0 : 'auto' } }),
        yAxis: axis({ type: 'category', data: rows, inverse: true, splitLine: { show: false }, axisLabel: { color: color('--ink'), width: Math.min(width * 0.36, 150) - 12, overflow: 'truncate' } }),
        visualMap: { show: false, min: around === undefined ? 0 : around - reach, max: around === undefined ? reach : around + reach, inRange: { color: around === undefined ? [paper, high] : [low, paper, high] } },
        tooltip: { ...base().tooltip, formatter: ({ value }) => `${rows[value[1]]}, ${columns[value[0]]}: ${say(value[2])}` },
        series: [{ type: 'heatmap', data: cells.map(([column, row, value]) => ({ value: [column, row, value], label: { color: Math.abs(value - (around ?? 0)) > reach * 0.55 ? (dark.matches ? '#10130f' : '#fff') : color('--ink') } })), label: { show: !tight, fontSize: 11, formatter: ({ value }) => (unit === 'share' ? `${Math.round(value[2] * 100)}` : say(value[2])) }, itemStyle: { borderColor: color('--card'), borderWidth: 2, borderRadius: 4 } }],
      };
    },
    flow({ from, to, flows, groups: order }) {
      const names = [...from.map((name) => `${name} ·`), ...to];
      const palette = groups();
      const all = [...new Set([...order, ...to, ...from])];
      return {
        ...base(), tooltip: { ...base().tooltip, formatter: ({ dataType, data, name, value }) => (dataType === 'edge' ? `${data.source.replace(/ ·$/, '')} → ${data.target}: ${whole.format(value)}` : `${name.replace(/ ·$/, '')}: ${whole.format(value)}`) },
        series: [{
          type: 'sankey', left: 4, right: 4, top: 8, bottom: 8, nodeGap: 12, nodeWidth: 14, emphasis: { focus: 'adjacency' }, layoutIterations: 32,
          data: names.map((name, index) => ({ name, itemStyle: { color: palette[all.indexOf(name.replace(/ ·$/, '')) % palette.length] }, label: { position: index < from.length ? 'right' : 'left' } })),
          links: flows.map(([source, target, value]) => ({ source: names[source], target: names[from.length + target], value })),
          lineStyle: { color: 'source', opacity: 0.3, curveness: 0.5 }, label: { color: color('--ink'), fontSize: 12, formatter: ({ name }) => short(name.replace(/ ·$/, ''), 28) },
        }],
      };
    },
    network({ nodes, links }, width) {
      const largest = Math.max(...nodes.map(({ size }) => size), 1);
      const strongest = Math.max(...links.map((link) => link[2]), 1);
      return {
        ...base(), tooltip: { ...base().tooltip, formatter: ({ dataType, data, name }) => (dataType === 'edge' ? `${nodes[data.from].name} → ${nodes[data.to].name}: ${some.format(data.lift)}×` : `${name}: ${whole.format(data.orders)}`) },
        series: [{
          type: 'graph', layout: 'force', roam: 'move', draggable: true, force: { repulsion: width < 560 ? 60 : 130, edgeLength: [30, 110], gravity: 0.12, layoutAnimation: !still },
          data: nodes.map(({ name, size }) => ({ name, orders: size, symbolSize: 8 + 18 * Math.sqrt(size / largest), itemStyle: { color: color('--accent') } })),
          links: links.map(([source, target, lift]) => ({ source, target, from: source, to: target, lift, lineStyle: { width: 1 + 4 * (lift / strongest), color: color('--quiet'), opacity: 0.45, curveness: 0.1 } })),
          edgeSymbol: ['none', 'arrow'], edgeSymbolSize: 6, emphasis: { focus: 'adjacency' },
          label: { show: width >= 560, position: 'right', color: color('--ink'), fontSize: 11, formatter: ({ name }) => short(name, 24) }, labelLayout: { hideOverlap: true },
        }],
      };
    },
    intervals({ rows, unit }, width) {
      const say = format(unit);
      const room = Math.min(width * 0.4, 220);
      const ink = color('--accent');
      const faint = color('--quiet');
      return {
        ...base(), grid: { left: room, right: 20, top: 6, bottom: 34 },
        xAxis: axis({ type: 'value', axisLabel: { color: color('--quiet'), formatter: say, hideOverlap: true } }),
        yAxis: axis({ type: 'category', inverse: true, data: rows.map(({ name }) => name), splitLine: { show: false }, axisLine: { show: false }, axisLabel: { color: color('--ink'), width: room - 12, overflow: 'truncate', fontSize: 13 } }),
        tooltip: { ...base().tooltip, formatter: ({ dataIndex }) => { const row = rows[dataIndex]; return `${row.name}\n${say(row.middle)} (${say(row.lower)} – ${say(row.upper)})`; } },
        series: [{
          type: 'custom', data: rows.map(({ middle, lower, upper }, index) => [middle, index, lower, upper]), encode: { x: [0, 2, 3], y: 1 },
          markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: faint, type: 'dashed' }, data: unit === 'percent' ? [] : [{ xAxis: 0 }] },
          renderItem(_, api) {
            const [x, y] = api.coord([api.value(0), api.value(1)]);
            const [left] = api.coord([api.value(2), api.value(1)]);
            const [right] = api.coord([api.value(3), api.value(1)]);
            const sure = api.value(2) > 0 || api.value(3) < 0;
            return { type: 'group', children: [
              { type: 'line', shape: { x1: left, y1: y, x2: right, y2: y }, style: { stroke: ink, lineWidth: 2.5, fill: null } },
              ...[left, right].map((at) => ({ type: 'line', shape: { x1: at, y1: y - 5, x2: at, y2: y + 5 }, style: { stroke: ink, lineWidth: 2.5, fill: null } })),
              { type: 'circle', shape: { cx: x, cy: y, r: 5.5 }, style: { fill: sure ? ink : color('--card'), stroke: ink, lineWidth: 2.5 } },
            ] };
          },
        }],
      };
    },
    dendrogram({ leaves, unions }, width) {
      const room = Math.min(width * 0.4, 220);
      const highest = Math.max(...unions.map((union) => union[4]), 0.01);
      return {
        ...base(), grid: { left: room, right: 20, top: 6, bottom: 34 },
        xAxis: axis({ type: 'value', min: 0, max: highest * 1.05, axisLabel: { color: color('--quiet'), formatter: (value) => some.format(value), hideOverlap: true } }),
        yAxis: [axis({ type: 'category', inverse: true, data: leaves, splitLine: { show: false }, axisLine: { show: false }, axisLabel: { color: color('--ink'), width: room - 12, overflow: 'truncate', fontSize: 13 } })],
        tooltip: { ...base().tooltip, formatter: ({ dataIndex }) => some.format(unions[dataIndex][4]) },
        series: [{
          type: 'custom', data: unions.map(([, , , , height], index) => [height, index % leaves.length]),
          renderItem({ dataIndex }, api) {
            const [one, oneHeight, other, otherHeight, height] = unions[dataIndex];
            // Between two leaves there is no category, so the place is reckoned from the band.
            const band = api.size([0, 1])[1];
            const at = (x, place) => [api.coord([x, 0])[0], api.coord([0, 0])[1] + place * band];
            return { type: 'polyline', shape: { points: [at(oneHeight, one), at(height, one), at(height, other), at(otherHeight, other)] }, style: { stroke: color('--accent'), lineWidth: 2, fill: 'none' } };
          },
        }],
      };
    },
    lines({ labels, series, unit }) {
      const say = format(unit);
      return {
        ...base(), legend: series.length > 1 ? { top: 0, textStyle: { color: color('--ink') } } : undefined, grid: { left: 56, right: 18, top: series.length > 1 ? 36 : 12, bottom: 28 },
        xAxis: axis({ type: 'category', data: labels }), yAxis: axis({ type: 'value', scale: true, axisLabel: { color: color('--quiet'), formatter: say } }),
        tooltip: { ...base().tooltip, trigger: 'axis', valueFormatter: say },
        series: series.map(({ name, values }) => ({ name, type: 'line', data: values, symbolSize: 8, lineStyle: { width: 2.5 } })),
      };
    },
  };

  const drawn = [];
  for (const figure of document.querySelectorAll('.chart')) {
    const spec = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    figure.classList.add('drawn');
    const plot = figure.querySelector('.plot');
    const picture = echarts.init(plot, null, { renderer: 'canvas' });
    const paint = () => picture.setOption(draw[spec.kind](spec, plot.clientWidth), true);
    paint();
    if (spec.kind === 'scatter') picture.on('click', ({ value }) => { location.href = `${spec.link}${encodeURIComponent(value[2])}`; });
    drawn.push({ plot, picture, paint, width: plot.clientWidth });
  }
  dark.addEventListener('change', () => { for (const { paint } of drawn) paint(); });
  new ResizeObserver(() => {
    for (const one of drawn) {
      // A window that is being resized may have no width for a moment.
      if (one.plot.clientWidth === 0 || one.plot.clientWidth === one.width) continue;
      one.width = one.plot.clientWidth;
      one.picture.resize();
      one.paint();
    }
  }).observe(document.body);
})();
