/** Rows of measurements as a Markdown table: a time with its ratio, a count or an amount of memory, each beside its budget. */
export function table(rows) {
  const lines = rows.map(
    (row) =>
      `| ${row.what} | ${measured(row)} | ${ratio(row)} | ${processor(row)} | ${budget(row)} | ${verdict(row)} |`,
  );
  return [
    '| what | measured | ratio | processor time | budget | |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

function measured({ ms, mb, count }) {
  if (mb !== undefined) return `${Math.round(mb)} MB`;
  if (count !== undefined) return String(count);
  return time(ms);
}

function ratio({ ratio: value, of }) {
  return value === undefined ? '' : `${value.toFixed(2)} x ${of}`;
}

function processor({ cpuMs, cpuRatio, of }) {
  if (cpuMs === undefined) return '';
  return cpuRatio === undefined ? time(cpuMs) : `${time(cpuMs)}, ${cpuRatio.toFixed(2)} x ${of}`;
}

function time(ms) {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function budget({ budget: most, budgetMb, budgetCount }) {
  if (typeof most === 'number') return `${most} x`;
  if (budgetMb !== undefined) return `${budgetMb} MB`;
  return budgetCount === undefined ? '' : String(budgetCount);
}

function verdict(row) {
  const pairs = [
    [row.ratio, row.budget],
    [row.mb, row.budgetMb],
    [row.count, row.budgetCount],
  ].filter(([value, most]) => typeof value === 'number' && typeof most === 'number');
  if (pairs.length === 0) return '';
  return pairs.every(([value, most]) => value <= most) ? 'kept' : '**missed**';
}
