import type { Catalog } from '../cli/command.js'
import { approvalsVerify, approve } from '../commands/approvals.command.js'
import { auditShow, auditVerify } from '../commands/audit.command.js'
import { authStatus, login, logout } from '../commands/auth.command.js'
import { completion } from '../commands/completion.command.js'
import { doctor } from '../commands/doctor.command.js'
import { explain, explainCode } from '../commands/explain.command.js'
import { lint } from '../commands/lint.command.js'
import { exportManifest, invitationsGet, invitationsList, snapshot } from '../commands/live.command.js'
import { init, validate } from '../commands/manifest.command.js'
import { apply, plan, show } from '../commands/plan.command.js'
import { review } from '../commands/review.command.js'
import { sandbox } from '../commands/sandbox.command.js'
import { serve } from '../commands/serve.command.js'
import { stateList, stateRemove, stateUnlock } from '../commands/state.command.js'
import { test } from '../commands/test.command.js'

/** Every command, in the order of --help, and the words that only group commands. */
export const CATALOG: Catalog = {
  commands: [
    init,
    validate,
    lint,
    test,
    plan,
    apply,
    approve,
    approvalsVerify,
    serve,
    explain,
    exportManifest,
    snapshot,
    show,
    review,
    invitationsList,
    invitationsGet,
    stateList,
    stateRemove,
    stateUnlock,
    auditVerify,
    auditShow,
    login,
    logout,
    authStatus,
    doctor,
    explainCode,
    sandbox,
    completion(() => CATALOG),
  ],
  groups: {
    invitations: 'Look at live invitations',
    state: 'Inspect and repair the removal state',
    approvals: 'Check who approved a plan',
    audit: 'Check and read an audit log',
    auth: 'See which credential is used',
  },
}
