/** What is asked of some rules would take longer to decide than anybody waits; people's manifests are far from it. */
export class Undecided extends Error {}
