import type { CloudData, InvitationData, SandboxData } from './types.js'

/** `id, email, status, cloud, cloud role, project, project role, client` */
type InvitationRow = readonly [number, string, string, string, number, string | null, number | null, number]

const ROWS: readonly InvitationRow[] = [
  [51, 'alice.martin@acme.example', 'P', 'Tower A', 50, 'Facade north', 50, 12],
  [52, 'paul.durand@acme.example', 'P', 'Tower A', 50, 'Facade south', 25, 12],
  [53, 'ines.roche@acme.example', 'A', 'Tower A', 100, null, null, 12],
  [54, 'mallory@rival.example', 'P', 'Tower A', 50, 'Structure', 50, 12],
  [55, 'bob.leroy@acme.example', 'A', 'Tower B', 50, 'Structure', 50, 12],
  [56, 'chloe.petit@studio.example', 'P', 'Tower B', 50, 'Facade west', 25, 14],
  [57, 'eve@rival.example', 'D', 'Tower B', 50, 'Structure', 25, 14],
  [58, 'Bob.Leroy@acme.example', 'P', 'Tower B', 50, 'Facade west', 50, 14],
  [59, 'admin@it.acme.example', 'A', 'Campus', 100, null, null, 14],
  [60, 'yusuf.kaya@studio.example', 'P', 'Campus', 100, 'Library', 100, 14],
  [61, 'renée.noël@acme.example', 'D', 'Campus', 50, 'Library', 25, 14],
  [62, 'lena.vogel@partner.example', 'P', 'Campus', 50, null, null, 14],
]

function invitationOf([
  id,
  email,
  status,
  cloud,
  cloudRole,
  project,
  projectRole,
  client,
]: InvitationRow): InvitationData {
  return {
    id,
    client_id: client,
    redirect_uri: 'https://platform.acme.example/welcome',
    cloud_name: cloud,
    cloud_role: cloudRole,
    ...(project === null ? {} : { project_name: project, project_role: projectRole }),
    email,
    status,
    sender_provider_sub: `auth0|5f7c${client}`,
  }
}

const cloud = (
  id: number,
  name: string,
  ...members: readonly (readonly [number | null, string, number])[]
): CloudData => ({
  id,
  name,
  members: members.map(([member, email, cloud_role]) => ({ id: member, email, cloud_role })),
})

/**
 * A small provider to try things on: every documented status, some users, the three clouds of the invitations, and two
 * clouds such as a first login creates. Bob is the only member of his; Oscar's is hidden.
 */
export const DEMO_DATA: SandboxData = {
  invitations: ROWS.map(invitationOf),
  users: ['ines.roche@acme.example', 'bob.leroy@acme.example', 'admin@it.acme.example', 'oscar.blanc@acme.example'],
  clouds: [
    cloud(7, 'Tower A', [301, 'ines.roche@acme.example', 100], [303, 'admin@it.acme.example', 100]),
    cloud(8, 'Tower B', [302, 'bob.leroy@acme.example', 50], [303, 'admin@it.acme.example', 100]),
    cloud(9, 'Campus', [303, 'admin@it.acme.example', 100], [null, 'yusuf.kaya@studio.example', 100]),
    cloud(21, 'Bob Leroy', [302, 'bob.leroy@acme.example', 100]),
    { ...cloud(22, 'Oscar Blanc', [304, 'oscar.blanc@acme.example', 100]), hidden: true },
  ],
}
