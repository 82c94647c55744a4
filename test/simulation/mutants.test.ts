import { huntMutants } from './hunt.js'
import { MUTANTS } from './mutants.js'

huntMutants({ entry: new URL('simulate-seed.ts', import.meta.url), mutants: MUTANTS, seeds: 2000 })
