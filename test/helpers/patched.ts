import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'

/** A replacement in one source file, in which the text must occur exactly once. */
export interface Patch {
  /** Below src. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

const SRC = fileURLToPath(new URL('../../src/', import.meta.url))

/** Loads each module with its patches applied; files next to the source stay where they are. */
const patched = (patches: readonly Patch[], applied: Set<Patch>): Plugin => ({
  name: 'patched',
  setup({ onLoad }) {
    onLoad({ filter: /src[/\\].*\.ts$/ }, async ({ path }) => {
      let contents = (await readFile(path, 'utf8')).replaceAll(
        'import.meta.url',
        JSON.stringify(pathToFileURL(path).href),
      )
      for (const patch of patches.filter(({ file }) => path === join(SRC, file))) {
        if (contents.split(patch.find).length !== 2) throw new Error(`${patch.file} must have once: ${patch.find}`)
        contents = contents.replace(patch.find, () => patch.replace)
        applied.add(patch)
      }
      return { contents, loader: 'ts' }
    })
  },
})

/**
 * Bundles a module and everything that it imports from src, with the patches applied.
 *
 * @param entry the module's URL
 * @param outfile where the copy is written
 * @return the specifier to import
 */
export async function bundlePatched(entry: URL, outfile: string, patches: readonly Patch[]): Promise<string> {
  const applied = new Set<Patch>()
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    plugins: [patched(patches, applied)],
    logLevel: 'silent',
  })
  if (applied.size !== patches.length) throw new Error(`a patch names a file that ${entry} does not import`)
  return pathToFileURL(outfile).href
}
