// The script of the HTML report. It runs in a browser, from within the page; report-page.gen.ts holds its text.
// Rows are arrays as ReportRow in ../report-rows.ts has them. Text only ever becomes text content.

const ROWS_PER_PAGE = 100

const { decisions, rows: data } = JSON.parse(document.getElementById('data').textContent)
const decisionOrder = Object.keys(decisions)
const find = id => document.getElementById(id)

const rows = data.map(
  ([decision, email, id, before, after, clouds, cloudRole, project, projectRole, rule, reason]) => ({
    decision,
    email,
    id,
    clouds,
    roles: [cloudRole && `cloud ${cloudRole}`, projectRole && `project ${projectRole}`].filter(Boolean),
    cells: [
      decisions[decision],
      email,
      id === null ? 'user' : String(id),
      after ? `${before} → ${after}` : before,
      withRole(clouds.join(', '), cloudRole),
      withRole(project, projectRole),
      rule,
      reason,
    ],
  }),
)

// Both are made once, so that typing and sorting only compare.
for (const row of rows) {
  row.text = row.cells.join('\n').toLowerCase()
  row.keys = row.cells.map(cell => cell.toLowerCase())
  row.keys[0] = decisionOrder.indexOf(row.decision)
  row.keys[2] = row.id ?? -1
  row.keys[6] = row.keys[6].replace(/\d+/g, digits => digits.padStart(9, '0'))
}

const state = { page: 0, column: null, descending: false, matching: rows, printing: false }

function withRole(name, role) {
  return role ? `${name} (${role})` : name
}

function filterRows() {
  const words = find('search').value.toLowerCase().split(/\s+/).filter(Boolean)
  const [decision, cloud, role] = ['decision', 'cloud', 'role'].map(id => find(id).value)
  return rows.filter(
    row =>
      (decision === '' || row.decision === decision) &&
      (cloud === '' || row.clouds.includes(cloud)) &&
      (role === '' || row.roles.includes(role)) &&
      words.every(word => row.text.includes(word)),
  )
}

// The order of the plan settles what the column leaves open: sorting is stable.
function sortRows(matching) {
  const { column, descending } = state
  if (column === null) return matching
  const sign = descending ? -1 : 1
  return matching.sort((a, b) => (a.keys[column] < b.keys[column] ? -sign : a.keys[column] > b.keys[column] ? sign : 0))
}

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
  const all = rows.length.toLocaleString('en')
  if (matching.length === 0) return `No row of ${all} matches.`
  const matches =
    matching.length === rows.length ? `${all} rows` : `${matching.length.toLocaleString('en')} matching rows of ${all}`
  if (length === matching.length) return `All ${matches}${filterText()}`
  return `Rows ${(from + 1).toLocaleString('en')} to ${(from + length).toLocaleString('en')} of ${matches}${filterText()}`
}

// On paper the controls are not shown, so the line says what they held.
function filterText() {
  const set = ['search', 'decision', 'cloud', 'role'].filter(id => find(id).value !== '')
  if (set.length === 0) return '.'
  return ` (${set.map(id => `${id}: ${id === 'decision' ? decisions[find(id).value] : find(id).value}`).join(', ')}).`
}

function rowElement(row) {
  const tr = document.createElement('tr')
  row.cells.forEach((text, column) => {
    const cell = document.createElement(column === 1 ? 'th' : 'td')
    if (column === 1) cell.scope = 'row'
    if (column === 0) cell.className = `decision ${row.decision}`
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

function addOptions(id, values, labelOf = value => value) {
  for (const value of values) {
    const option = document.createElement('option')
    option.value = value
    option.textContent = labelOf(value)
    find(id).append(option)
  }
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

const distinct = lists => [...new Set(lists.flat())].sort()

addOptions(
  'decision',
  decisionOrder.filter(key => rows.some(row => row.decision === key)),
  key => decisions[key],
)
addOptions('cloud', distinct(rows.map(row => row.clouds)))
addOptions('role', distinct(rows.map(row => row.roles)))
find('search').addEventListener('input', update)
for (const id of ['decision', 'cloud', 'role']) find(id).addEventListener('change', update)
for (const button of document.querySelectorAll('th button')) {
  button.addEventListener('click', () => sortBy(Number(button.dataset.column)))
}
find('previous').addEventListener('click', () => turnTo(state.page - 1))
find('next').addEventListener('click', () => turnTo(state.page + 1))
window.addEventListener('beforeprint', () => print(true))
window.addEventListener('afterprint', () => print(false))
show()
