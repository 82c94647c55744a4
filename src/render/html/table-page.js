// The table of a page, in the browser: searched, filtered, sorted, and shown a hundred rows at a time. The page has the elements
// that table.ts writes. Text only ever becomes text content.

const ROWS_PER_PAGE = 100

const find = id => document.getElementById(id)
const number = count => count.toLocaleString('en')

export const withRole = (name, role) => (role ? `${name} (${role})` : name)

/** Numbers within a string sort by their value. */
export const paddedNumbers = text => text.replace(/\d+/g, digits => digits.padStart(9, '0'))

export function addOption(id, value, label = value) {
  const option = document.createElement('option')
  option.value = value
  option.textContent = label
  find(id).append(option)
}

/**
 * `filters`: by the id of a select, whether a row fits what it holds. `cellsOf`: the strings of a row. `sortKey`: of a row, by
 * column. `heading`: the column that names the row. `classOf`: of a cell, by row and column.
 */
export function showTable({ rows, filters, cellsOf, sortKey, heading, classOf }) {
  const controls = ['search', ...Object.keys(filters)]
  const state = { page: 0, column: null, descending: false, matching: rows, printing: false }

  function filterRows() {
    const words = find('search').value.toLowerCase().split(/\s+/).filter(Boolean)
    const set = Object.entries(filters).flatMap(([id, fits]) => {
      const { value } = find(id)
      return value === '' ? [] : [row => fits(row, value)]
    })
    if (words.length > 0) {
      set.push(row => {
        const text = cellsOf(row).join('\n').toLowerCase()
        return words.every(word => text.includes(word))
      })
    }
    return rows.filter(row => set.every(fits => fits(row)))
  }

  // The order of the rows settles what the column leaves open: sorting is stable. Each key is made once.
  function sortRows(matching) {
    const { column, descending } = state
    if (column === null) return matching
    const sign = descending ? -1 : 1
    const keyed = matching.map(row => [sortKey(row, column), row])
    keyed.sort(([a], [b]) => (a < b ? -sign : a > b ? sign : 0))
    return keyed.map(([, row]) => row)
  }

  function update() {
    state.matching = sortRows(filterRows())
    turnTo(0)
  }

  function turnTo(page) {
    state.page = page
    show()
  }

  function show() {
    const { page, matching, printing } = state
    const from = printing ? 0 : page * ROWS_PER_PAGE
    const part = printing ? matching : matching.slice(from, from + ROWS_PER_PAGE)
    find('rows').replaceChildren(...part.map(rowElement))
    find('count').textContent = countText(from, part.length)
    const pages = Math.max(1, Math.ceil(matching.length / ROWS_PER_PAGE))
    find('page').textContent = `Page ${page + 1} of ${pages}`
    find('previous').disabled = page === 0
    find('next').disabled = page + 1 >= pages
  }

  function countText(from, length) {
    const [all, matching] = [number(rows.length), state.matching.length]
    if (matching === 0) return `No row of ${all} matches.`
    const counted = matching === rows.length ? `${all} rows` : `${number(matching)} matching rows of ${all}`
    const shown =
      length === matching ? `All ${counted}` : `Rows ${number(from + 1)} to ${number(from + length)} of ${counted}`
    return `${shown}${filterText()}`
  }

  // On paper the controls are not shown, so the line says what they held.
  function filterText() {
    const set = controls.map(find).filter(({ value }) => value !== '')
    if (set.length === 0) return '.'
    const texts = set.map(({ id, value, selectedOptions }) => `${id}: ${selectedOptions?.[0].textContent ?? value}`)
    return ` (${texts.join(', ')}).`
  }

  function rowElement(row) {
    const tr = document.createElement('tr')
    cellsOf(row).forEach((text, column) => {
      const cell = document.createElement(column === heading ? 'th' : 'td')
      if (column === heading) cell.scope = 'row'
      cell.className = classOf(row, column)
      cell.textContent = text
      tr.append(cell)
    })
    return tr
  }

  function sortBy(column) {
    state.descending = state.column === column && !state.descending
    state.column = column
    for (const button of document.querySelectorAll('th button')) {
      const own = Number(button.dataset.column) === column
      button.parentElement.setAttribute('aria-sort', own ? (state.descending ? 'descending' : 'ascending') : 'none')
    }
    update()
  }

  // Paper has no pages to turn to: all that matches is printed.
  function print(printing) {
    state.printing = printing
    for (const details of document.querySelectorAll('details')) details.open = printing
    show()
  }

  for (const id of controls) find(id).addEventListener('input', update)
  for (const button of document.querySelectorAll('th button')) {
    button.addEventListener('click', () => sortBy(Number(button.dataset.column)))
  }
  find('previous').addEventListener('click', () => turnTo(state.page - 1))
  find('next').addEventListener('click', () => turnTo(state.page + 1))
  window.addEventListener('beforeprint', () => print(true))
  window.addEventListener('afterprint', () => print(false))
  show()
}
