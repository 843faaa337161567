// Makes tables sortable by the buttons of their heads. Without this file they stay in the order of the server.
'use strict';

// On a narrow screen the pages are a line that scrolls: the one that is open must be in sight.
const here = document.querySelector('.sections [aria-current]');
const line = here?.closest('ul');
if (line) line.scrollLeft = here.offsetLeft - line.offsetLeft - (line.clientWidth - here.offsetWidth) / 2;

for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const language = document.documentElement.lang;
  const keyOf = (row, column) => row.cells[column]?.dataset.value ?? row.cells[column]?.textContent.trim() ?? '';
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const rows = [...body.rows];
      const numeric = rows.every((row) => keyOf(row, column) === '' || !Number.isNaN(Number(keyOf(row, column))));
      const next = head.getAttribute('aria-sort') === (numeric ? 'descending' : 'ascending') ? (numeric ? 'ascending' : 'descending') : (numeric ? 'descending' : 'ascending');
      const sign = next === 'ascending' ? 1 : -1;
      rows.sort((one, other) => sign * (numeric ? Number(keyOf(one, column)) - Number(keyOf(other, column)) : keyOf(one, column).localeCompare(keyOf(other, column), language)));
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', next);
      body.append(...rows);
    });
  });
}
