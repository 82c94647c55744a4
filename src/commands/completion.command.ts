import { basename } from 'node:path'
import { type Catalog, type Command, defineCommand } from '../cli/command.js'
import { EXIT, GuestlistError } from '../model/error.js'

/** @param catalog called only when the command runs, since the catalog contains this command */
export const completion = (catalog: () => Catalog): Command =>
  defineCommand({
    usage: 'completion [SHELL]',
    describe: 'Print a completion script for bash, zsh or fish',
    positionals: {
      SHELL: { describe: 'bash, zsh or fish [default: the shell in $SHELL]', completes: ['bash', 'zsh', 'fish'] },
    },
    options: {},
    uses: [],
    formats: ['text'],
    examples: [
      ['source <(guestlist completion bash)', 'in ~/.bashrc'],
      ['source <(guestlist completion zsh)', 'in ~/.zshrc, after compinit'],
      ['guestlist completion fish | source', 'in ~/.config/fish/config.fish'],
    ],
    async run(_, { SHELL }, io) {
      const name = SHELL ?? basename(io.env.SHELL ?? '')
      const { completionWords } = await import('./completion/completion-words.js')
      // A script contains everything it completes, so that no key press starts guestlist.
      io.out((await scriptFor(name))(await completionWords(catalog())))
      return EXIT.done
    },
  })

async function scriptFor(shell: string) {
  if (shell === 'bash') return (await import('./completion/completion-bash.js')).bashScript
  if (shell === 'zsh') return (await import('./completion/completion-zsh.js')).zshScript
  if (shell === 'fish') return (await import('./completion/completion-fish.js')).fishScript
  throw new GuestlistError(
    'usage',
    shell === '' ? 'The shell is not known' : `There is no completion for ${JSON.stringify(shell)}`,
    { advice: 'Name one of: guestlist completion bash, guestlist completion zsh, guestlist completion fish.' },
  )
}
