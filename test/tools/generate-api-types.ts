import openapiTS, { astToString } from 'openapi-typescript'

const contract = new URL('../../schemas/bimdata-sso.openapi.yaml', import.meta.url)

/** The client's wire types as they follow from the contract. */
export async function generateApiTypes(): Promise<string> {
  const nodes = await openapiTS(contract, { silent: true })
  return `// Generated from schemas/bimdata-sso.openapi.yaml by "npm run generate". Do not edit.\n\n${astToString(nodes)}`
}
