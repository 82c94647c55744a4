import { findLogin, lockMs } from '../auth/credentials.js'
import { endLogin, type Revocation } from '../auth/logout.js'
import { providerSettings } from '../auth/provider.js'
import { tokenStore } from '../auth/token-store.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { createLog } from '../cli/log.js'
import { EXIT, type ExitCode, messageOf } from '../model/error.js'
import { jsonText } from '../render/json.js'
import { wireOf } from './shared/wire.js'

/** Revokes and deletes the login for this API. Exit 1 where the tokens could not be revoked; they are deleted all the same. */
export async function logout(flags: CommonFlags, io: Io): Promise<ExitCode> {
  const wire = wireOf(flags, io)
  const { apiUrl } = wire
  const settings = providerSettings({ ...wire, signal: io.interrupt })
  const store = await tokenStore(io.env, lockMs(wire))
  const login = await findLogin(store, settings, io.env, wire)
  const revocation = login === null ? null : await endLogin(settings, login, store)
  const document = { api_url: apiUrl, issuer: login?.issuer ?? null, outcome: revocation?.outcome ?? 'none' }
  io.out(flags.format === 'json' ? `${jsonText(document)}\n` : `${sentence(revocation, login?.issuer ?? apiUrl)}\n`)
  if (revocation?.outcome !== 'failed') return EXIT.done
  const reason = messageOf(revocation.error)
  createLog(flags.logLevel, io).warn('tokens_not_revoked', `the tokens are not revoked: ${reason}`)
  return EXIT.error
}

function sentence(revocation: Revocation | null, where: string): string {
  switch (revocation?.outcome) {
    case undefined:
      return `There is no login for ${where}.`
    case 'revoked':
      return `Logged out of ${where}: the tokens are revoked and deleted.`
    case 'kept':
      return `Logged out: the tokens are deleted. ${where} offers no revocation, so they expire by themselves.`
    case 'failed':
      return `The tokens are deleted here, but ${where} may still accept them.`
  }
}
