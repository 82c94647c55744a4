/**
 * What no output holds as it is, in any format: controls, characters that reorder or hide text (bidi, zero width, tags,
 * ignorable and blank ones), separators of lines, lone surrogates. The two variation selectors that emoji are written with
 * may stay.
 */
export const UNSAFE = /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** `##[` (GitHub), `##vso[` (Azure) and `##teamcity[`, which CI runners obey anywhere in a line: its first character. */
export const RUNNER_COMMAND = /#(?=#(?:[a-z]+)?\[)/giu
