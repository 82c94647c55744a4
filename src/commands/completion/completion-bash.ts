import {
  ADDRESSES,
  type CommandWord,
  type CompletionWords,
  type FlagWord,
  prefixOf,
  spellings,
  valueFlags,
} from './completion-words.js'

/** Works with bash 3.2 (the one macOS ships) and later, without bash-completion. */
export const bashScript = ({
  top,
  groups,
  commands,
}: CompletionWords): string => `# bash completion of guestlist. In ~/.bashrc: source <(guestlist completion bash)
_guestlist_files() {
  # Where the shell can, readline completes files itself: it knows how to quote them.
  compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "$1"))
}

# Readline breaks words at @ where COMP_WORDBREAKS says so, and then replaces only what is after it.
_guestlist_addresses() {
  local typed=\${COMP_LINE:0:COMP_POINT} files='*.yaml *.yml *.state.json' done=''
  typed=\${typed##*[[:space:]=]}
  case $COMP_WORDBREAKS$typed in *@*@*) done=\${typed%"\${typed##*@}"} ;; esac
  COMPREPLY=($(compgen -P "$1" -W "$(${ADDRESSES})" -- "\${typed#"$1"}"))
  COMPREPLY=("\${COMPREPLY[@]#"$done"}")
}

_guestlist() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} i word command='' skip=0
  COMPREPLY=()
  # --flag=value comes as three words.
  if [ "$cur" = '=' ]; then cur=''
  elif [ "$prev" = '=' ] && [ "$COMP_CWORD" -gt 1 ]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [ "$skip" = 1 ] && [ "$word" != '=' ]; then skip=0; continue; fi
    case $word in
      ${valueFlags(commands).join('|')}) skip=1 ;;
      -*|=) ;;
      *)
        case $command in
          '') command=$word ;;
          ${[...groups.keys()].join('|')}) command="$command $word" ;;
        esac ;;
    esac
  done
  case $command in
    '') COMPREPLY=($(compgen -W '${wordsOf(top)} --help --version' -- "$cur")); return ;;
${[...groups].map(([group, members]) => `    ${group}) COMPREPLY=($(compgen -W '${wordsOf(members)} --help' -- "$cur")); return ;;`).join('\n')}
  esac
  case "$command $prev" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case $command in
${commands.map(flagCase).join('\n')}
  esac
}

complete -F _guestlist guestlist
`

const wordsOf = (entries: readonly (readonly [string, string])[]): string => entries.map(([word]) => word).join(' ')

function valueCases({ words, flags }: CommandWord): readonly string[] {
  return flags.flatMap(flag => {
    if (flag.value === 'none') return []
    const pattern = spellings(flag)
      .map(spelling => `'${words} ${spelling}'`)
      .join('|')
    return [`    ${pattern}) ${completed(flag.value)}; return ;;`]
  })
}

function completed(value: FlagWord['value']): string {
  if (value === 'file') return '_guestlist_files "$cur"'
  if (value === 'address' || value === 'target') return `_guestlist_addresses '${prefixOf(value)}'`
  return typeof value === 'string' ? ':' : `COMPREPLY=($(compgen -W '${value.join(' ')}' -- "$cur"))`
}

function flagCase({ words, flags, positional }: CommandWord): string {
  const all = [...flags.flatMap(spellings), '--help', '-h'].join(' ')
  const flagsOnly = `COMPREPLY=($(compgen -W '${all}' -- "$cur"))`
  const other = positional === 'none' || positional === 'free' ? flagsOnly : completed(positional)
  return `    '${words}') case $cur in -*) ${flagsOnly} ;; *) ${other} ;; esac ;;`
}
