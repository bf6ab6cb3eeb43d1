// Rows as comma-separated values (RFC 4180). A spreadsheet takes a cell that begins with certain characters for a formula
// and runs it: such cells begin with an apostrophe instead, which it takes for text.

const FORMULA = /^[=+\-@\t\r]/;
const SPECIAL = /[",\r\n]/;

function cellOf(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return SPECIAL.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvLine(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}
