import { defineCommand } from '../cli/command.js'

export const login = defineCommand({
  usage: 'login',
  describe: 'Log in with your own account, in a browser; BIMDATA_CLIENT_ID names the application to log in to',
  options: {
    device: { kind: 'switch', describe: 'Use the device flow: for a machine without a browser' },
    redirectUri: {
      kind: 'text',
      value: 'URI',
      describe: 'Where the answer is caught [default: http://localhost:8080/oidc-callback]',
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
