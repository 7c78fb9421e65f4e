// Package dedupe remembers which score events were sent, the scores in them, and
// who is working on a revision.
//
// It holds four things. Per (wiki, revision, model, version): the *mark* that a
// stream's event was acknowledged by the broker, and the *score document*, which
// does not depend on the stream. Per (wiki, revision): the *claim* of the process
// that works on it, and the *negative entry* that says why its text cannot be had, or
// *what is hidden* of it.
// A redelivered record finds its mark and is skipped; a second stream, or a
// backfill, finds the score and fetches nothing. The version is part of both keys,
// so a new model version starts afresh without anybody deleting anything.
//
// # What is promised
//
// A mark is written only after the broker's acknowledgement (the pipeline's side
// of the contract), so a mark never hides an event that was not sent. ChangeProp
// writes its mark before the work (sys/deduplicator.js) and loses the event when
// it crashes in between; here the same crash repeats an event. Everything
// doubtful is decided that way: a mark or a score in Redis that cannot be ours
// is treated as absent.
//
// # Claims
//
// Two processes that hold one record at once, which a consumer group allows for
// the length of a rebalance, work on it one after the other: the second waits
// (claim.wait at most) and finds the mark. [Guarded.Begin] looks up, claims and
// waits; [Guarded.End] remembers and gives back: one request to Redis each, as
// many as without claims. A claim is renewed while its holder works, is given
// back on every way out, and expires (claim.ttl) when the holder crashed. It has
// its holder's token for a value, and only who knows the token deletes it. It is
// no lock: nothing is lost or wrong when it fails, only done twice.
//
// # Which repeats are possible
//
// [Guarded] asks this process's memory first and Redis second. An event can be
// sent twice only
//
//   - when the process dies between acknowledgement and Remember: the events in
//     flight at that moment;
//   - when two processes hold the same record at once and the claim does not keep
//     them apart: it was waited for longer than claim.wait, it expired because its
//     holder stood still for longer than claim.ttl, or Redis lost it or was away;
//   - while Redis cannot be reached: a record that *another* process had sent,
//     or that this process sent before it was restarted. What this process sent
//     itself it still knows from memory;
//   - in the moment after Redis is back: marks of an outage are written then, every
//     redis.breaker_open, the latest memory.entries of them; scores are not;
//   - when Redis loses data (restart without persistence, failover to a replica
//     that lags, eviction): a record that another process, or this one before
//     its restart, had sent;
//   - when a mark is gone for age (sent_ttl), or, while Redis is away, for the
//     bounds of memory (memory.entries, memory.bytes).
//
// A write that Redis did not answer in time may or may not be there; this
// process knows of it in either case. When Redis refuses writes but still reads
// (full, or a replica), the breaker stays closed, since old marks are worth
// having: revscore_dedupe_redis_errors_total{operation="remember"} is the sign,
// and revscore_dedupe_claims_total{answer="refused"}.
//
// # Memory of the Redis server
//
// Give it a maxmemory and the policy volatile-ttl, with score_ttl no longer than
// sent_ttl: everything here has a lifetime, so what is oldest then goes first,
// scores and marks alike, and nobody waits for a mark of last week. The room must
// last for longer than a record may be redelivered; [Redis.Check] and the server's
// evicted_keys tell. The others:
//
//   - volatile-ttl with score_ttl above sent_ttl (the default, ORES's sixteen
//     years): scores stay and marks go, ever younger ones. Early eviction of a mark
//     is a possible repeat.
//   - allkeys-lru, volatile-lru: near to the age of writing, for marks are hardly
//     ever read; by samples, so that now and then a young one goes.
//   - allkeys-lfu, -random and the like: the newest mark goes as readily as the
//     oldest. Repeats after every rebalance.
//   - noeviction: once it is full nothing new is kept: no marks, no claims, no
//     scores. Every process then knows only what it sent itself.
//   - no maxmemory: the system ends the server some day, and all is forgotten.
//
// # What is forgotten on request
//
// [Guarded.Forget] drops a revision's scores of all models and versions that this
// service ever wrote, and its negative entry; scores that are being computed at
// that moment are dropped when they arrive. Other processes follow at once,
// because Redis has the last word over their memory. While Redis is away Forget
// fails, and their memory may answer. Keys have no page: of a deleted page the
// revisions that the event names can be forgotten, and the scores of its others
// (predictions, no text) stay for score_ttl at most, seen by nobody but an event
// of that same revision.
//
// # What is hidden
//
// [Guarded.Hide] notes that a revision's text, user or comment is no longer for
// everybody to see. Whoever begins that revision afterwards is told ([Work].Hidden), so
// that no event that is made again shows it: from a retry, a dead letter, a record that
// is delivered again, for another model. It stands where a negative entry would, as
//
//	hidden:tuc:1764842400123
//
// the letters of text, user and comment and the time (milliseconds since 1970) of the
// event that said so. So it costs an event nothing to be asked for: the key is read in
// any case. A negative entry is written with NX and never takes its place, and neither
// forgetting nor purging deletes it: it is a fact and no cache. Of two events the later
// one counts, in whichever order they arrive, so an instance that starts may read
// yesterday's again and shows nothing even for a moment. With the text, scores are
// forgotten, and not answered should one come later.
//
// It lasts hidden_ttl, and no shorter than marks: what a mark no longer suppresses must
// not show what was hidden. While Redis is away Hide fails, but the process that was
// told knows, and goes on knowing should Redis come back empty; it is for the caller to
// tell Redis until it is told. An event that was on its way when its revision was
// hidden is not stopped. What cannot be ours reads as absent, which is to say visible:
// who can write to Redis can show what is hidden, until the next event about it.
//
// # Limits
//
// Who can write to Redis can suppress events by forging marks, can plant scores
// and negative entries, and can make every event wait for claim.wait. Reads go to
// the master only, unlike ORES's sentinel setup: a replica that lags would answer
// "not sent". Two events of one revision inside one process at the same moment are
// the pipeline's to keep apart. A cluster of which one node is away counts as
// away, until that node's replica has taken its place.
//
// Redis must be 6 or newer. Besides the commands of @connection its user needs, for
// the keys <prefix>:* and revscore:*, get, mget, set, eval, pttl, pexpire, del,
// unlink, sadd and smembers; Stats, Purge and Check also use scan, dbsize, info and
// config|get, the last two where they may. Without eval there are no claims, and
// Forget fails.
package dedupe
