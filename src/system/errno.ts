/** Readable explanations of system error codes. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ELOOP: 'its symbolic links form a loop',
  ENAMETOOLONG: 'its name is too long',
  ENOTDIR: 'part of its path is not a folder',
  ENXIO: 'it is a socket, not a file',
  ENOSPC: 'there is no space left on the device',
  EROFS: 'the file system is read-only',
  ERR_INVALID_ARG_VALUE: 'its name holds a NUL character',
}

/** The code of a system error (`ENOENT`, …); null for anything else. */
export function errnoOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

/** Why a file could not be read or written, without its path, which the caller adds. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = errnoOf(error)
  if (code === null) return error.message
  return REASONS[code] ?? (code.startsWith('ERR_') ? error.message : code)
}
