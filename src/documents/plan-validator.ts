import { Ajv } from 'ajv'
import schema from '../../schemas/plan.schema.json' with { type: 'json' }
import type { PlanDocument } from './plan-document.js'

/** Whether a value is a plan document (schemas/plan.schema.json). */
export const validatePlanDocument = new Ajv({
  allowUnionTypes: true,
  formats: { 'date-time': true },
}).compile<PlanDocument>(schema)
