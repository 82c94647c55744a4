import {
  ADDRESSES,
  type CommandWord,
  type CompletionWords,
  type FlagWord,
  prefixOf,
  valueFlags,
} from './completion-words.js'

/** Can be sourced or saved as ~/.config/fish/completions/guestlist.fish. Works with fish 3.0 and later. */
export const fishScript = ({ top, groups, commands }: CompletionWords): string => `# fish completion of guestlist
set --global __guestlist_value_flags ${valueFlags(commands).join(' ')}

function __guestlist_words --description 'The words of the command line that are neither flags nor their values'
  set --local words (commandline --tokenize --cut-at-cursor --current-process)
  set --local is_value no
  for word in $words[2..]
    if test $is_value = yes
      set is_value no
    else if contains -- $word $__guestlist_value_flags
      set is_value yes
    else if not string match --quiet -- '-*' $word
      echo $word
    end
  end
end

function __guestlist_is --description 'Whether these are the words so far'
  set --local words (__guestlist_words)
  test "$words" = "$argv"
end

function __guestlist_begins --description 'Whether the words so far begin with these'
  set --local words (__guestlist_words)
  string match --quiet -- "$argv *" "$words "
end

function __guestlist_addresses --description 'Addresses of the manifests and the state here, after a prefix'
  set --local files *.yaml *.yml *.state.json
  test (count $files) -gt 0; or return
  for address in (${ADDRESSES})
    echo "$argv[1]$address"
  end
end

complete --command guestlist --no-files
${top.map(([word, describe]) => wordLine('', word, describe)).join('\n')}
${[...groups].flatMap(([group, members]) => members.map(([word, describe]) => wordLine(group, word, describe))).join('\n')}
complete --command guestlist --long-option help --short-option h --description 'Show help'
complete --command guestlist --condition __guestlist_is --long-option version --description 'Show the version'
${commands.flatMap(lines).join('\n')}
`

/** Quotes for a single-quoted fish string. */
const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const wordLine = (after: string, word: string, describe: string): string =>
  `complete --command guestlist --condition '__guestlist_is ${after}' --arguments ${word} --description ${quoted(describe)}`

function lines(command: CommandWord): readonly string[] {
  const condition = `--condition '__guestlist_begins ${command.words}'`
  const { positional } = command
  return [
    ...command.flags.map(flag => flagLine(flag, condition)),
    ...(positional === 'none' || positional === 'free'
      ? []
      : [`complete --command guestlist ${condition} ${argument(positional)}`]),
  ]
}

function flagLine({ flag, alias, describe, value }: FlagWord, condition: string): string {
  const short = alias === null ? '' : ` --short-option ${alias.slice(1)}`
  const taken = value === 'none' ? '' : ` --require-parameter${value === 'free' ? '' : ` ${argument(value)}`}`
  return `complete --command guestlist ${condition} --long-option ${flag.slice(2)}${short}${taken} --description ${quoted(describe)}`
}

const argument = (value: Exclude<FlagWord['value'], 'none' | 'free'>): string =>
  value === 'file'
    ? '--force-files'
    : value === 'address' || value === 'target'
      ? `--arguments '(__guestlist_addresses ${prefixOf(value)})'`
      : `--arguments ${quoted(value.join(' '))}`
