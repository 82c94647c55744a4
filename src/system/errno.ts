/** What the system's error codes mean, for people. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'reading it is not permitted',
  EISDIR: 'it is a folder',
  ELOOP: 'its links go round in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENOTDIR: 'part of its path is not a folder',
  ENXIO: 'it is a socket, not a file',
  ENOSPC: 'there is no space left on the device',
  EROFS: 'the file system is read-only',
  EPERM: 'it is not permitted',
  ERR_INVALID_ARG_VALUE: 'its name holds a NUL character',
}

/** Why a file could not be read or written. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return REASONS[code] ?? error.message
}
