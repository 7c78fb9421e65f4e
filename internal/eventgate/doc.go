// Package eventgate is the other last stage: it posts events to EventGate, which
// validates them and produces them to Kafka. docs/formats/eventgate.md has the
// wire format.
//
// Guarantees:
//
//   - The callback of an event is called exactly once, with nil only after the
//     gate has said of this event that its broker has it.
//   - Events of one key reach a topic in the order in which they were published.
//     One that failed holds back those behind it; one that is given up takes them
//     with it (ErrBehind), so that they can be published again in their order.
//   - Only what failed is sent again, as the same bytes, hence with the same
//     meta.id. An event is there twice only if a request that had arrived was not
//     answered, or if its caller published it again.
//   - A refusal that no retry changes is a [*RejectedError]. All else is retried,
//     with jittered, doubling pauses, as long as it takes or until [Config].Deadline,
//     if there is one, or the caller's context ends. All retries are here.
//   - A gate that is away holds callers up and costs no more than the queue: see
//     [Sink.Err] and [WithStateChange] for who wants to know.
//   - The queue is bounded in events and bytes; Publish blocks beyond it.
//   - One bad event fails itself alone: where the answer does not say which one
//     it was, requests are halved until it is by itself. One that then still makes
//     them fail, while others succeed, is refused.
//
// Limits. EventGate produces without a Kafka key unless its stream configuration
// names one: with several partitions the order then ends at the gate. A gate that
// did not answer in time may produce the events later; if the retry took another
// instance of it, that late twin may come after newer events of its page. The
// throughput of one page is one event per round trip, since order needs the
// answer to the first before the second is sent.
//
// With [Config].Hasty the gate answers 202 before it looks at the events: the
// callback's nil then means that a process has received them, and no more. What
// is invalid, what its broker does not take and what that process holds when it
// dies is lost, and nobody is told; order is what the gate makes of it.
package eventgate
