// Package produce is the last stage: it hands events to Kafka and says when the
// broker has them.
//
// Guarantees:
//
//   - Publish returns once the message has its place in the order; messages of
//     one key reach the topic in the order in which they were published.
//   - The callback is called exactly once, with nil only after all in-sync
//     replicas have the message (acks=all). The producer is idempotent, so a
//     retry inside the client neither doubles nor reorders.
//   - A message that is refused costs no other: one too large is refused before it is
//     sent, where the topic's limit is known ([Limits]); what a broker refuses with its
//     batch is sent again by itself. [RefusedError] tells what the next try would not
//     change from what an operator can mend.
//   - A broker that is gone is waited for: the client retries for as long as
//     the process lives, and its bounded buffer makes Publish block meanwhile,
//     which in turn stops the consumer. Nothing is dropped for being late, and a
//     message that was sent is given up by Close alone, not by the end of its
//     context: it may be there already.
//
// Exactly once is not its business: a transaction spans offsets too, so there
// consume.Transactor publishes, with this package's [Config.Options] and counters.
//
// What it does not do: decide what was sent before (dedupe) or whether an event
// goes out at all (score).
package produce
