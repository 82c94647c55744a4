// The script of the HTML report. It runs in a browser, from within the page; report-page.gen.ts holds its text.
// Rows are arrays as ReportRow in report-rows.ts has them.

import { addOption, paddedNumbers, showTable, withRole } from './table-page.js'

const { decisions, rows } = JSON.parse(document.getElementById('data').textContent)
const decisionOrder = Object.keys(decisions)

function cellsOf([decision, email, id, before, after, clouds, cloudRole, project, projectRole, rule, reason]) {
  return [
    decisions[decision],
    email,
    id === null ? 'user' : String(id),
    after ? `${before} → ${after}` : before,
    withRole(clouds.join(', '), cloudRole),
    withRole(project, projectRole),
    rule,
    reason,
  ]
}

function sortKey(row, column) {
  if (column === 0) return decisionOrder.indexOf(row[0])
  if (column === 2) return row[2] ?? -1
  const text = cellsOf(row)[column].toLowerCase()
  return column === 6 ? paddedNumbers(text) : text
}

const cloudsOf = row => row[5]
const rolesOf = row => [row[6] && `cloud ${row[6]}`, row[8] && `project ${row[8]}`].filter(Boolean)
const distinct = lists => [...new Set(lists.flat())].sort()

for (const key of decisionOrder)
  if (rows.some(([decision]) => decision === key)) addOption('decision', key, decisions[key])
for (const cloud of distinct(rows.map(cloudsOf))) addOption('cloud', cloud)
for (const role of distinct(rows.map(rolesOf))) addOption('role', role)

showTable({
  rows,
  filters: {
    decision: ([decision], value) => decision === value,
    cloud: (row, value) => cloudsOf(row).includes(value),
    role: (row, value) => rolesOf(row).includes(value),
  },
  cellsOf,
  sortKey,
  heading: 1,
  classOf: ([decision], column) => (column === 0 ? `decision ${decision}` : ''),
})
