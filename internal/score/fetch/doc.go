// Package fetch gets the texts of revisions and of their parents from the
// MediaWiki Action API.
//
// Guarantees:
//
//   - One revision is asked for once, however many callers want it at the same
//     time, and not at all while its text is cached.
//   - Calls are shared: ids wanted within [Config].BatchWait go into one call of
//     up to [Config].BatchSize ids, and at most [Config].CallsPerWiki calls to
//     one API run at once. What waits is bounded; callers beyond that block
//     until their context ends.
//   - A host is called only if the configuration names it. A domain that comes
//     with an event must be on an allow-list, and no redirect leads elsewhere.
//   - A text that the API marks as hidden is neither returned nor kept, even
//     when the API shows it because the account may see it. One that was hidden
//     since is dropped on request ([Client.Forget]), and not kept should it come late.
//   - All retries are here. What the API is only now unable to answer is asked
//     again, with growing pauses, until [Config].Deadline; while a wiki asks to
//     be left alone (Retry-After) it is left alone by every caller.
//   - Errors name wiki, revision and the API's error code, nothing that anybody
//     wrote.
//
// Limits. A cached text is used for up to [Config].CacheFor after it was fetched:
// one that is hidden in between is used until then, or until somebody says so. A call that has
// begun when the deadline passes may last for another [Config].Timeout. Besides
// the cache, memory holds one answer of up to [Config].MaxResponseBytes for each
// call in flight, and its texts. Calls are anonymous: wikis that need a login to
// read are refused to us (readapidenied).
//
// [Client.Query] asks other things than texts, by the same rules.
//
// Why batches of our own instead of one call per revision: the API answers 50
// ids nearly as fast as one, and wikis ask clients to call one after the other.
// Why a pause belongs to a wiki and not to a revision: what fails a whole call
// (lag, limits, a database that is away) fails the next one too, so the first
// failure spares the wiki all others. Failures that may be due to what was
// asked for (a server that runs out of memory over 50 long pages) are tried once
// more as they are and then in halves, so that one bad revision ends up alone.
package fetch
