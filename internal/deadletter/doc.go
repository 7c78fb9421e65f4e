// Package deadletter reads the topic of dead letters and sends what they hold back
// to where it came from, for people: streamer dlq list, show and replay.
//
//	scan → decode → filter → (read the source) → (take out what is hidden) → send
//
// Guarantees:
//
//   - What is replayed is the record, byte for byte, to its topic and partition, so
//     that the order of its page is kept; where the source still has it, with its key
//     and headers, too. A dead letter does not hold those.
//   - A dead letter that holds only the beginning of a record is replayed from the
//     source or not at all. What stands at the offset is the record only if it agrees
//     with the dead letter: a topic may have been made anew.
//   - A dead letter goes back only to a topic that the service reads. Its text is
//     others' words and may name any topic.
//   - A letter about an event of ours that a sink refused (event.Refusal) brings that
//     event to that sink again, byte for byte, and to no other: they have it. What it
//     was made from is not known, and would be recognised as answered.
//   - What the wiki has hidden since is not sent again: [Privacy] is asked of each event
//     that names its revision, and takes user, comment or content out. When it does not
//     know, nothing is sent. An answer of ours about a text that is hidden stays.
//   - A dead letter that is itself broken is told with its offset, and no reason to stop.
//
// Replay keeps no books, for there are some already: a record that was answered meets
// the sent-marks of package dedupe and sends nothing, however often it is replayed. A
// record that is still unreadable has a new offset, hence becomes a new dead letter.
// For that reason one run sends equal records of a topic once: letters of letters
// do not multiply.
//
// Limits: a filter by reason or wiki reads all of the topic that its times and offsets
// leave, since its order is that of the failures; one replay keeps 32 bytes for each
// record sent. What is hidden of an event that is no JSON, or does not name its revision,
// nobody can say: it is sent as it was, and refused by the service as before. One
// goroutine, the caller's. The package knows no broker: see [Topics] and [Sender].
package deadletter
