// tap's plugin for tests in TypeScript, in place of its own: tsx only strips the types, in a tenth of the time.
export const importLoader = 'tsx'
export const testFileExtensions = ['ts']
// tap 21 needs a plugin that has an option for Node.
export const config = {
  'heap-limit': {
    type: 'string',
    description: "Node's --max-old-space-size for each test file, in MiB",
    nodeArgs: limit => [`--max-old-space-size=${limit}`],
  },
}
