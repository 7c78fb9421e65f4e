// Package dedupe remembers which score events were sent, and the scores in them.
//
// It holds two things per (wiki, revision, model, version): the *mark* that a
// stream's event was acknowledged by the broker, and the *score document*, which
// does not depend on the stream. A redelivered record finds its mark and is
// skipped; a second stream, or a backfill, finds the score and fetches nothing.
// The version is part of both keys, so a new model version starts afresh without
// anybody deleting anything.
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
// # Which repeats are possible
//
// [Guarded] asks this process's memory first and Redis second. An event can be
// sent twice only
//
//   - when the process dies between acknowledgement and Remember: the events in
//     flight at that moment;
//   - when two processes hold the same record at once, which a consumer group
//     allows for the length of a rebalance;
//   - while Redis cannot be reached: a record that *another* process had sent,
//     or that this process sent before it was restarted. What this process sent
//     itself it still knows from memory;
//   - after Redis is back: a record sent during the outage that is redelivered
//     to another process, or to this one after a restart. Marks of an outage
//     are not copied to Redis afterwards; this process goes on honouring them
//     from memory;
//   - when Redis loses data (restart without persistence, failover to a replica
//     that lags, eviction): a record that another process, or this one before
//     its restart, had sent;
//   - when a mark is gone for age (sent_ttl), or, while Redis is away, for the
//     bounds of memory (memory.entries, memory.bytes).
//
// A write that Redis did not answer in time may or may not be there; this
// process knows of it in either case. When Redis refuses writes but still reads
// (full, or a replica), the breaker stays closed, since old marks are worth
// having: revscore_dedupe_redis_errors_total{operation="remember"} is the sign.
//
// # Limits
//
// Who can write to Redis can suppress events by forging marks and can plant
// scores. Reads go to the master only, unlike ORES's sentinel setup: a replica
// that lags would answer "not sent". Two events of one revision inside one
// process at the same moment are the pipeline's to keep apart.
package dedupe
