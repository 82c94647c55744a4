/** How many seeds a run of the tests has; `npm run endurance` takes 2,000. */
export const SEEDS = process.env.GUESTLIST_RUNS === undefined ? 100 : 2_000
