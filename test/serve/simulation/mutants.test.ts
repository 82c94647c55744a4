import { huntMutants } from '../../simulation/hunt.js'
import { MUTANTS } from './mutants.js'
import { SEEDS } from './seeds.js'

huntMutants({ entry: new URL('simulate-service.ts', import.meta.url), mutants: MUTANTS, seeds: SEEDS })
