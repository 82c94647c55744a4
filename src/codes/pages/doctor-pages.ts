import type { Page } from '../code-page.js'

/** What `guestlist doctor` checks, in this order. */
export const DOCTOR_PAGES = {
  node_version: {
    means: 'Whether this Node.js is one that guestlist supports.',
    why: 'Older ones lack what guestlist is built on.',
    remedy: 'Install Node.js 20.19 or later, 22.12 or later, or 24 or later.',
    example: 'node --version',
  },
  manifest: {
    means: 'Whether the manifest can be read and has no problems.',
    why: 'Nothing is planned from a manifest with a problem.',
    remedy: 'Look at each problem with its line.',
    example: 'guestlist validate',
  },
  credential: {
    means: 'Which credential is used, and until when.',
    why: 'Without one the API tells nothing; one that ends during an apply stops it halfway.',
    remedy: 'Set a credential, or get a new one.',
    example: `guestlist auth status
guestlist login`,
  },
  token_scopes: {
    means: 'Whether the token has the scope that the API needs.',
    why: 'Without it the API answers with 403.',
    remedy: 'Give the scope to the application; where the provider does not grant it by itself, ask for it.',
    example: 'BIMDATA_SCOPE="org:manage" guestlist doctor',
  },
  api: {
    means: 'Whether the API answers at its address.',
    why: 'DNS, a certificate, a proxy or a firewall can be in between.',
    remedy: 'The message says which. Check `--api-url` and HTTPS_PROXY.',
    example: 'guestlist doctor --api-url https://api.bimdata.io',
  },
  clock: {
    means: "Whether this machine's clock agrees with the API's.",
    why: 'Tokens, approvals and the dates of rules are judged by it.',
    remedy: 'Have the machine synchronize its clock (NTP).',
    example: 'timedatectl set-ntp true',
  },
  invitations: {
    means: 'Whether the list of invitations can be read and is understood.',
    why: 'Every plan begins with it.',
    remedy:
      'Give the credential permission to manage the identity provider; for a status that is not known, look for a newer guestlist.',
    example: 'guestlist invitations list',
  },
  clouds: {
    means: 'Whether clouds and their members can be read.',
    why: 'Otherwise a plan cannot say which clouds a removal deletes.',
    remedy: 'Give guestlist a credential for the clouds, in BIMDATA_CLOUD_… variables.',
    example: 'BIMDATA_CLOUD_API_KEY_FILE=/run/secrets/cloud-key guestlist doctor',
  },
  state: {
    means: 'Whether the state can be read.',
    why: 'No plan is made without it: a completed removal could be requested again.',
    remedy: 'The message says what is in the way.',
    example: 'guestlist state list',
  },
  state_lock: {
    means: 'Whether the state is locked, by whom and since when.',
    why: 'While it is, apply waits and then gives up. No run takes hours.',
    remedy: 'If that run has certainly ended, unlock the state.',
    example: 'guestlist state unlock ID',
  },
  webhook_secret: {
    means: 'Whether serve accepts webhooks.',
    why: 'Without a secret the signature of a webhook cannot be checked, and the address does not exist.',
    remedy: 'Set the secret that BIMData signs with.',
    example: 'GUESTLIST_WEBHOOK_SECRET_FILE=/run/secrets/webhook guestlist serve',
  },
  signers: {
    means: 'Whether enough people may approve.',
    why: 'A plan that needs more approvals than there are approvers is always refused.',
    remedy: 'Name the signers file, and list more people in it, each with their own key.',
    example: 'guestlist doctor --allowed-signers allowed_signers',
  },
  keycloak: {
    means:
      'Whether Keycloak answers, and its service account may see users and delete them. Checked only where the manifest names a Keycloak.',
    why: 'Without it no plan with removals is made, and nothing is applied.',
    remedy:
      'The message names what is missing: an account in the environment, its correct secret, or a role of the client "realm-management".',
    example: 'KEYCLOAK_CLIENT_ID=guestlist KEYCLOAK_CLIENT_SECRET_FILE=/run/secrets/keycloak guestlist doctor',
  },
} as const satisfies Readonly<Record<string, Page>>

/** Stable names of the checks. */
export type CheckCode = keyof typeof DOCTOR_PAGES
