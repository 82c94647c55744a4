import { randomUUID } from 'node:crypto'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * Replaces a file so that after a crash at any moment there is the old content or the new one, whole.
 * The temporary file is in the same folder, under a name that cannot be guessed, mode 0600.
 * @throws system errors; the old file is then as it was
 */
export async function writeDurably(path: string, content: Uint8Array | Iterable<string>): Promise<void> {
  const temp = join(dirname(path), `.guestlist.${randomUUID()}.tmp`)
  try {
    const file = await open(temp, 'wx', 0o600)
    try {
      await writeFile(file, content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temp, path)
  } catch (error) {
    await rm(temp, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Makes the names in a folder durable, where the system can: Windows opens no folder. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
