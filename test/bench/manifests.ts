/** `rules` rules, `wildcards` of them with wildcards: domains, parts of addresses, clouds; the others exact addresses and ids. */
export function manifestOf(rules: number, wildcards: number): string {
  const lines: string[] = []
  for (let n = 0; n < wildcards; n++) {
    if (n % 5 < 3) lines.push(`    - email: "*@domain${n}.example"\n      reason: team ${n}`)
    else if (n % 5 === 3) lines.push(`    - email: "*.contractor${n}@*"\n      reason: contractor ${n}`)
    else lines.push(`    - cloud: "Cloud ${n} *"\n      cloudRole: admin`)
  }
  for (let n = wildcards; n < rules; n++) {
    lines.push(
      n % 3 === 0 ? `    - id: ${100_000_000 + n}` : `    - email: person${n}@acme.example\n      reason: hired`,
    )
  }
  return `apiVersion: guestlist/v1\ninvitations:\n  accept:\n${lines.join('\n')}\n`
}

/** A manifest that accepts every invitation of `serveList`'s first. */
export const acceptAll = (wildcards: number): string =>
  `apiVersion: guestlist/v1\ninvitations:\n  accept:\n${Array.from({ length: wildcards }, (_, n) => `    - email: "*@domain${n}.example"`).join('\n')}\n`

/** Rules of which every one that accepts is in conflict with every one that denies. */
export function conflicting(rules: number): string {
  const half = Array.from({ length: rules / 2 }, (_, n) => n)
  const accept = half.map(n => `    - {email: "*a${n}*b${n}*", cloudRole: user, reason: r, owner: o}`)
  const deny = half.map(n => `    - {email: "*c${n}*d${n}*", reason: r, owner: o}`)
  return `apiVersion: guestlist/v1\ninvitations:\n  accept:\n${accept.join('\n')}\n  deny:\n${deny.join('\n')}\n`
}
