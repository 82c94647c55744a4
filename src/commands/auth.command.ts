import { defineCommand } from '../cli/command.js'

export const login = defineCommand({
  usage: 'login',
  describe: 'Log in with your own account in a browser; BIMDATA_CLIENT_ID names the application to log in to',
  options: {
    device: { kind: 'switch', describe: 'Use the device flow, for machines without a browser' },
    redirectUri: {
      kind: 'text',
      value: 'URI',
      describe: 'Redirect URI to listen on [default: http://localhost:8080/oidc-callback]',
    },
  },
  uses: ['api', 'prompt'],
  formats: ['text', 'json'],
  examples: [
    ['guestlist login', 'open the browser'],
    ['guestlist login --device', 'where there is no browser: a code to enter elsewhere'],
  ],
  run: async (flags, _, io) => (await import('./login.js')).login(flags, io),
})

export const logout = defineCommand({
  usage: 'logout',
  describe: 'Revoke and delete the tokens of the login',
  options: {},
  uses: ['api'],
  formats: ['text', 'json'],
  examples: [['guestlist logout', 'for the API in use']],
  run: async (flags, _, io) => (await import('./login.js')).logout(flags, io),
})

export const authStatus = defineCommand({
  usage: 'auth status',
  describe: 'Show which credential is used, and why',
  options: {},
  uses: ['api', 'limits'],
  formats: ['text', 'json'],
  examples: [
    ['guestlist auth status', 'for people'],
    ['guestlist auth status --json', 'for machines'],
  ],
  run: async (flags, _, io) => (await import('./auth-status.js')).authStatus(flags, io),
})
