import type { Removal, Rule } from '../model/manifest.js'

const DAY = 86_400_000

const beginningOf = (day: string): number => Date.parse(`${day}T00:00:00Z`)

/** Whether a rule's last day, in UTC, is over. */
export const isExpired = ({ until }: Pick<Rule, 'until'>, now: Date): boolean =>
  until !== null && now.getTime() >= beginningOf(until) + DAY

/** Whether the first day of a rule or a removal, in UTC, has not begun. */
export const isComing = ({ from }: Pick<Rule | Removal, 'from'>, now: Date): boolean =>
  from !== null && now.getTime() < beginningOf(from)

/** Whether a rule applies now: from the beginning of its first day to the end of its last. */
export const isInForce = (rule: Pick<Rule, 'from' | 'until'>, now: Date): boolean =>
  !isExpired(rule, now) && !isComing(rule, now)
