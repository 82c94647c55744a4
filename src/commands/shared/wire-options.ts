import type { CommonFlags } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import { createLog } from '../../cli/log.js'
import type { RateLimiter } from '../../http/rate-limiter.js'
import { DEFAULT_RETRY, type ReadRetry } from '../../http/retry.js'
import { systemClock } from '../../system/clock.js'
import { VERSION } from '../../version.js'

const DEFAULT_API_URL = 'https://api.bimdata.io'

export const apiUrlOf = ({ apiUrl }: Pick<CommonFlags, 'apiUrl'>): string => apiUrl ?? DEFAULT_API_URL

/** How servers are reached, as the flags say. */
export const wireOf = (flags: CommonFlags, io: Pick<Io, 'env'>) => ({
  apiUrl: apiUrlOf(flags),
  timeoutMs: flags.timeout,
  allowInsecureHttp: flags.allowInsecureHttp,
  version: VERSION,
  env: io.env,
})

/** Limits on what the API can make us hold in memory. */
export const limitsOf = ({ maxBody, maxDepth }: Pick<CommonFlags, 'maxBody' | 'maxDepth'>) => ({
  maxBodyBytes: maxBody * 2 ** 20,
  maxDepth,
})

/** How reads are retried: until an interrupt, with a log line before each wait. */
export const readRetryOf = ({ retries, logLevel }: CommonFlags, io: Io, limiter: RateLimiter): ReadRetry => ({
  limiter,
  clock: systemClock,
  policy: { ...DEFAULT_RETRY, retries },
  stop: io.interrupt,
  onRetry: (error, attempt, delayMs) => createLog(logLevel, io).retry(error.message, attempt, delayMs),
})
