import { defineCommand } from '../cli/command.js'

export const logout = defineCommand({
  usage: 'logout',
  describe: 'Revoke and delete the tokens of the login',
  options: {},
  uses: ['api'],
  formats: ['text', 'json'],
  examples: [['guestlist logout', 'for the API in use']],
  run: async (flags, _, io) => (await import('./logout.js')).logout(flags, io),
})
