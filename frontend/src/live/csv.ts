export type Cell = string | number | null

/** A spreadsheet would run a text that begins so as a formula; a text from outside must not get that far. */
const FORMULA = /^[=+\-@\t\r]/

function written(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const text = FORMULA.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows as CSV (RFC 4180). Unknown cells are empty. */
export function csvText(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(written).join(',')}\r\n`).join('')
}

/** Times in what is exported are UTC, as in the API. */
export function utc(ms: number): string {
  return new Date(ms).toISOString()
}

/** Has the browser save the rows as `<name>-<time, UTC>.csv`. */
export function saveCsv(name: string, rows: readonly (readonly Cell[])[]): void {
  const stamp = utc(Date.now()).slice(0, 16).replace(':', '')
  const address = URL.createObjectURL(new Blob([csvText(rows)], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `${name.replace(/[^\w-]+/g, '-')}-${stamp}Z.csv`
  link.click()
  URL.revokeObjectURL(address)
}
