/** For messages and for `--help`. */
export const FAULT_GRAMMAR = `A fault is OPERATION:KIND, then any of :KEY=VALUE.
  OPERATION     list, get, accept, deny, remove, clouds, members, size,
                projects, or * for all of them
  KIND          a status from 200 to 599 (429, 500, 503, ...), expired (a 401),
                cut-before, cut-after, hang, html, latency, stale, truncated;
                503-after (any status), hang-after and html-after strike when
                the change has taken effect
  nth           the calls it strikes: 2, or 1,3, or 2-4, or 5- for every one
                from the fifth
  target        the id or the address that it strikes at; calls for others are
                not counted
  p, seed       a probability from 0 to 1, and a whole number that decides it
  ms            of latency: milliseconds
  changes       of stale (list, get and the cloud operations): answer as before
                the last so many changes (1)
  reads         of stale: hide each change from the first so many reads after it
  retry-after   of a status: seconds, an HTTP date, or none;
                retry-after-in=SECONDS is a date so far ahead
  location      of a status: an address to redirect to
  status        of html: 200 unless told
For example:
  accept:429:nth=2:retry-after=1    remove:cut-after:p=0.1:seed=7
  *:latency:ms=200                  list:stale:nth=1
  members:500:target=9`
