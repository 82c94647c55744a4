import {
  ADDRESSES,
  type CommandWord,
  type CompletionWords,
  type FlagWord,
  prefixOf,
  spellings,
} from './completion-words.js'

/** A function for zsh's completion system: can be sourced or saved as `_guestlist` in a folder on `fpath`. */
export const zshScript = ({ top, groups, commands }: CompletionWords): string => `#compdef guestlist
# zsh completion of guestlist. In ~/.zshrc, after compinit: source <(guestlist completion zsh)

_guestlist_addresses() {
  local -a files=(*.y(a|)ml(N) *.state.json(N)) found
  (( $#files )) || return
  found=(\${(f)"$(${ADDRESSES})"})
  compadd -- $1\${^found}
}

_guestlist() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C '(- *)--help[Show help]' '(- *)--version[Show version number]' '1: :->command' '*:: :->rest'
  case $state in
    command)
${describeWords('command', top, 6)}
      ;;
    rest)
      case $words[1] in
${commands
  .filter(({ words }) => !words.includes(' '))
  .map(command => commandCase(command, 8))
  .join('\n')}
${[...groups].map(([group, members]) => groupCase(group, members, commands)).join('\n')}
      esac
      ;;
  esac
}

if [ "$funcstack[1]" = _guestlist ]; then _guestlist "$@"; else compdef _guestlist guestlist; fi
`

const spaces = (count: number): string => ' '.repeat(count)

/** Escapes for a single-quoted zsh string. */
const quoted = (text: string): string => text.replaceAll("'", "'\\''")

/** Escapes for the brackets of an `_arguments` specification. */
const bracketed = (text: string): string => quoted(text.replace(/[\\[\]:]/g, found => `\\${found}`))

function describeWords(what: string, entries: readonly (readonly [string, string])[], indent: number): string {
  const lines = entries.map(
    ([word, describe]) => `${spaces(indent + 2)}'${word}:${quoted(describe.replaceAll(':', '\\:'))}'`,
  )
  return `${spaces(indent)}local -a entries=(\n${lines.join('\n')}\n${spaces(indent)})\n${spaces(indent)}_describe ${what} entries`
}

function commandCase(command: CommandWord, indent: number): string {
  const name = command.words.split(' ').at(-1)
  const specs = [...command.flags.flatMap(flagSpecs), "'(- *)--help[Show help]'", ...positionalSpec(command)]
  const lines = specs.map(spec => `${spaces(indent + 4)}${spec}`).join(' \\\n')
  return `${spaces(indent)}${name})\n${spaces(indent + 2)}_arguments -s \\\n${lines}\n${spaces(indent + 2)};;`
}

function groupCase(
  group: string,
  members: readonly (readonly [string, string])[],
  commands: readonly CommandWord[],
): string {
  const own = commands.filter(({ words }) => words.startsWith(`${group} `))
  return `        ${group})
          _arguments -C '1: :->member' '*:: :->own'
          case $state in
            member)
${describeWords('command', members, 14)}
              ;;
            own)
              case $words[1] in
${own.map(command => commandCase(command, 16)).join('\n')}
              esac
              ;;
          esac
          ;;`
}

function flagSpecs(word: FlagWord): readonly string[] {
  const { describe, value, repeatable } = word
  const tail = `[${bracketed(describe)}]${value === 'none' ? '' : `:value:${action(value)}`}`
  return spellings(word).map(
    spelling =>
      `'${repeatable ? '*' : ''}${spelling}${value !== 'none' && spelling.startsWith('--') ? '=' : ''}${tail}'`,
  )
}

function action(value: Exclude<FlagWord['value'], 'none'>): string {
  if (value === 'file') return '_files'
  if (value === 'address' || value === 'target') return `{_guestlist_addresses '\\''${prefixOf(value)}'\\''}`
  return typeof value === 'string' ? ' ' : `(${value.join(' ')})`
}

function positionalSpec({ positional }: CommandWord): readonly string[] {
  return positional === 'none' ? [] : [`'*:argument:${action(positional)}'`]
}
