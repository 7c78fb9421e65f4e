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
//
// What it does not do: order the work (the handler knows what belongs together)
// or retry it (retries live in fetch and in the Kafka client). A task that
// returns an error other than its own cancellation stops the consumer, because
// going on would commit past a record that was not handled; see verdict.go.
//
// The worker layout is that of franz-go's goroutine_per_partition_consuming
// example, autocommit_marks variant.
package consume
