import type { StateConfig } from '../model/manifest.js'
import type { Backend } from './backend.js'
import { StateError } from './error.js'

export function httpBackend(_config: StateConfig, _options: { readonly env: NodeJS.ProcessEnv }): Backend {
  throw new StateError('config', 'The http backend is not there yet.')
}
