import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const contract = new URL('../../schemas/bimdata-sso.openapi.yaml', import.meta.url)
const target = new URL('../../src/api/api.gen.ts', import.meta.url)

/** The client's wire types as they follow from the contract. */
export async function generateApiTypes(): Promise<string> {
  const nodes = await openapiTS(contract, { silent: true })
  return `// Generated from schemas/bimdata-sso.openapi.yaml by test/tools/generate-api-types.ts. Do not edit.\n\n${astToString(nodes)}`
}

export const currentApiTypes = (): Promise<string> => readFile(target, 'utf8')

export const writeApiTypes = async (): Promise<void> => writeFile(target, await generateApiTypes())

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeApiTypes()
