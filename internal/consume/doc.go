// Package consume is the first stage: it takes records from Kafka (or from a
// public EventStreams server) and lets a [Handler] work on many of them at once
// without ever losing one.
//
// Why a window. Production topics have one partition, so working on one record
// at a time would be as slow as the slowest wiki, and Kafka can only be told
// "all before this offset is done". Each partition therefore has a window of
// records in flight. Handler.Begin sees them one at a time in offset order;
// the work that it returns runs in parallel; when the oldest is finished the
// window moves on, and only that unbroken prefix is ever committed. A record
// that finished early waits for the ones before it.
//
// Guarantees:
//
//   - At least once: an offset is committed only after the work of its record
//     and of all before it has returned nil.
//   - On a revoke the partition takes no new record, the ones in flight finish
//     within the drain time, and their offsets are committed before another
//     instance gets the partition. What does not finish is delivered again.
//   - Memory is bounded: a partition that has more than a window queued is paused.
//   - A topic that is missing, may not be read, or was deleted and made anew holds up no
//     other, is named by log and readiness, and is read within seconds once it can be,
//     from its first record (inputs.go). An offset that is not in its partition loses
//     nothing that is there (starts.go).
//   - A record of a retry topic is begun when it is due, and holds its partition back
//     until then; a revoke or a stop does not wait for it (hold.go).
//
// Exactly once. A [Transactor] is source and publisher in one: the messages that
// records become, and the group's progress, are committed in one Kafka transaction
// (KIP-98, fenced by the group's generation as KIP-447 has it), ten times a second.
// Readers that ask for read_committed see the messages of each record once, whatever
// dies, and see them when the transaction is committed:
//
//   - A record hands over all its messages in one step, so they are in one
//     transaction. It is told of the commit, not of the broker's acknowledgement:
//     a mark that it sets then (package dedupe) can never outlive an abort.
//   - Records finish out of order. Those finished behind an open one are written
//     beside the committed offset (progress.go), so that one slow record holds up
//     neither the messages nor the transactions of the others.
//   - A rebalance is let in between two transactions. Records in flight of a
//     partition that goes have published nothing and are given up at once.
//   - After an abort, or an end whose outcome is unknown, records are delivered
//     again from what the broker says is committed.
//   - An instance that restarts with its transactional id fences the one before it
//     and ends its transaction. With a new id at each start the broker ends it by
//     transactions.timeout; until then readers wait at it, and so does the partition.
//
// Both modes use the same group and can follow each other. One that delivered at
// least once leaves offsets alone; going back, what was finished behind an open
// record is repeated, which the marks in Redis suppress.
//
// A [Pull] is a source that asks, of a feed with an end: a file, a list. It has the same
// window; where its position is kept is its owner's concern (package backfill).
//
// What it does not do: order the work (the handler knows what belongs together)
// or retry it (retries live in fetch and in the Kafka client). A task that
// returns an error other than its own cancellation stops the consumer, because
// going on would commit past a record that was not handled; see verdict.go.
//
// The worker layout is that of franz-go's goroutine_per_partition_consuming
// example, autocommit_marks variant.
package consume
