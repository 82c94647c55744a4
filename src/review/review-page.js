// The script of the review's page. It runs in a browser, from within the page; review-page.gen.ts holds its text.
// Rows are arrays as review-html.ts writes them. Text only ever becomes text content.

const ROWS_PER_PAGE = 100
const COLUMNS = 9

const { rules, words, findings, rows } = JSON.parse(document.getElementById('data').textContent)
const find = id => document.getElementById(id)
const FILTERS = ['search', 'finding', 'cloud', 'owner']
const state = { page: 0, column: null, descending: false, matching: rows, printing: false }

// A row: email, cloud, cloud role, project, project role, status, rule, ends, findings. All but the address and the day
// are numbers: of a word, of a rule (-1 for none), and a bit for each finding.
const withRole = (name, role) => (role === '' ? name : `${name} (${role})`)
const codesOf = bits => findings.filter((_, index) => bits & (1 << index))
const ruleOf = row => rules[row[6]] ?? ['', '', '', '']

function cellsOf(row) {
  const [place, name, owner, reason] = ruleOf(row)
  return [
    row[0],
    withRole(words[row[1]], words[row[2]]),
    withRole(words[row[3]], words[row[4]]),
    words[row[5]],
    name === '' ? place : `${place} ${name}`,
    owner,
    reason,
    row[7],
    codesOf(row[8]).join(' '),
  ]
}

function filterRows() {
  const [search, finding, cloud, owner] = FILTERS.map(id => find(id).value)
  const parts = search.toLowerCase().split(/\s+/).filter(Boolean)
  const bit = finding === '' ? 0 : 1 << findings.indexOf(finding)
  return rows.filter(
    row =>
      (finding === '' || (finding === 'any' ? row[8] !== 0 : (row[8] & bit) !== 0)) &&
      (cloud === '' || words[row[1]] === cloud) &&
      (owner === '' || (owner === 'none' ? ruleOf(row)[2] === '' : ruleOf(row)[2] === owner.slice(1))) &&
      (parts.length === 0 || matches(row, parts)),
  )
}

function matches(row, parts) {
  const text = cellsOf(row).join('\n').toLowerCase()
  return parts.every(part => text.includes(part))
}

// The order of the review settles what the column leaves open: sorting is stable. Each key is made once.
function sortRows(matching) {
  const { column, descending } = state
  if (column === null) return matching
  const sign = descending ? -1 : 1
  const keyed = matching.map(row => [sortKey(cellsOf(row)[column], column), row])
  keyed.sort(([a], [b]) => (a < b ? -sign : a > b ? sign : 0))
  return keyed.map(([, row]) => row)
}

const sortKey = (text, column) =>
  column === 4 ? text.replace(/\d+/g, digits => digits.padStart(9, '0')) : text.toLowerCase()

function update() {
  state.matching = sortRows(filterRows())
  state.page = 0
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
  const { matching } = state
  const number = count => count.toLocaleString('en')
  if (matching.length === 0) return `No row of ${number(rows.length)} matches.`
  const all = `${number(rows.length)} rows`
  const of =
    matching.length === rows.length ? all : `${number(matching.length)} matching rows of ${number(rows.length)}`
  const shown =
    length === matching.length ? `All ${of}` : `Rows ${number(from + 1)} to ${number(from + length)} of ${of}`
  return `${shown}${filterText()}`
}

// On paper the controls are not shown, so the line says what they held.
function filterText() {
  const set = FILTERS.filter(id => find(id).value !== '')
  if (set.length === 0) return '.'
  const shownValue = id => (id === 'search' ? find(id).value : find(id).selectedOptions[0].textContent)
  return ` (${set.map(id => `${id}: ${shownValue(id)}`).join(', ')}).`
}

function rowElement(row) {
  const tr = document.createElement('tr')
  cellsOf(row).forEach((text, column) => {
    const cell = document.createElement(column === 0 ? 'th' : 'td')
    if (column === 0) cell.scope = 'row'
    if (column === COLUMNS - 1) cell.className = 'decision remove'
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

function addOption(id, value, label = value) {
  const option = document.createElement('option')
  option.value = value
  option.textContent = label
  find(id).append(option)
}

function turnTo(page) {
  state.page = page
  show()
}

// Paper has no pages to turn to: all that matches is printed.
function print(printing) {
  state.printing = printing
  for (const details of document.querySelectorAll('details')) details.open = printing
  show()
}

const usedBits = rows.reduce((bits, row) => bits | row[8], 0)
const usedClouds = new Set(rows.map(row => words[row[1]]))
const owners = new Set(rules.map(([, , owner]) => owner).filter(Boolean))
if (usedBits !== 0) addOption('finding', 'any')
for (const code of codesOf(usedBits)) addOption('finding', code)
for (const cloud of [...usedClouds].sort()) addOption('cloud', cloud)
for (const owner of [...owners].sort()) addOption('owner', `=${owner}`, owner)
if (rows.some(row => ruleOf(row)[2] === '')) addOption('owner', 'none', '(none)')
find('search').addEventListener('input', update)
for (const id of ['finding', 'cloud', 'owner']) find(id).addEventListener('change', update)
for (const button of document.querySelectorAll('th button')) {
  button.addEventListener('click', () => sortBy(Number(button.dataset.column)))
}
find('previous').addEventListener('click', () => turnTo(state.page - 1))
find('next').addEventListener('click', () => turnTo(state.page + 1))
window.addEventListener('beforeprint', () => print(true))
window.addEventListener('afterprint', () => print(false))
show()
