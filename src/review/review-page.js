// The script of the review's page. It runs in a browser, from within the page; review-page.gen.ts holds its text.
// Rows are arrays as review-html.ts writes them: email, cloud, cloud role, project, project role, status, rule, ends, findings.
// All but the address and the day are numbers: of a word, of a rule (-1 for none), and a bit for each finding.

import { addOption, paddedNumbers, showTable, withRole } from '../render/html/table-page.js'

const { rules, words, findings, rows } = JSON.parse(document.getElementById('data').textContent)
const FINDINGS_COLUMN = 8

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

function sortKey(row, column) {
  const text = cellsOf(row)[column]
  return column === 4 ? paddedNumbers(text) : text.toLowerCase()
}

const usedBits = rows.reduce((bits, row) => bits | row[8], 0)
const usedClouds = new Set(rows.map(row => words[row[1]]))
const owners = new Set(rules.map(([, , owner]) => owner).filter(Boolean))
if (usedBits !== 0) addOption('finding', 'any')
for (const code of codesOf(usedBits)) addOption('finding', code)
for (const cloud of [...usedClouds].sort()) addOption('cloud', cloud)
for (const owner of [...owners].sort()) addOption('owner', `=${owner}`, owner)
if (rows.some(row => ruleOf(row)[2] === '')) addOption('owner', 'none', '(none)')

showTable({
  rows,
  filters: {
    finding: (row, value) => (value === 'any' ? row[8] !== 0 : (row[8] & (1 << findings.indexOf(value))) !== 0),
    cloud: (row, value) => words[row[1]] === value,
    owner: (row, value) => (value === 'none' ? ruleOf(row)[2] === '' : ruleOf(row)[2] === value.slice(1)),
  },
  cellsOf,
  sortKey,
  heading: 0,
  classOf: (_, column) => (column === FINDINGS_COLUMN ? 'decision remove' : ''),
})
