// Package score is the way of one event, from a record to acknowledged score
// events:
//
//	route → dedupe → fetch → features → model → produce → mark (→ shadow)
//
// [Pipeline.Begin] runs in the order of the partition: it reads the record,
// finds the routes that want it (route.go) and takes a place in the queue of
// the event's page (turn.go). The rest runs in parallel with other events and
// is [Pipeline.handle], which reads top to bottom as the list above. Each stage
// has its folder: fetch (texts), feature (values) with what it looks at (analysis:
// wikitext, parse, pattern, wikibase; change and diff; spell, stem, phrase, hanzi),
// tree and model (estimators).
//
// Guarantees:
//
//   - Score events of one page leave in the order in which their revisions came,
//     however long each takes; different pages do not wait for each other.
//   - For each route that wants a revision there is exactly one message: a score,
//     or an error event that says why not, or a dead letter where the table of
//     retries wants that. Silence is only for revisions that
//     were answered before, and for records that name no revision.
//   - The mark "sent" is written after the broker's acknowledgement, never before:
//     a crash in between repeats an event with the same meta.id, and no crash
//     loses one.
//   - A revision is claimed while it is worked on (package dedupe), so that another
//     process that gets the same event waits and finds it answered. The claim is given
//     back with the marks, or without them on every other way out. A revision that the
//     wiki lately said to be gone is answered without asking again.
//   - A text that cannot be had for now (retry.go) does not hold up what can be
//     answered: the rest of the event waits in a retry topic (package retry), which
//     is in the same step, and so in the same transaction, as the other answers.
//   - What was hidden of a revision since its event was made stands in nothing that
//     is made of it (hide.go).
//   - What is wrong with one model or one revision stays with it: models fail
//     apart, and a panic in an estimator becomes an error event.
//   - Models may be exchanged at any time (package registry): an event takes those
//     in service when it is routed and keeps them to its end. Nothing here holds a
//     model that is out of service and out of use.
//   - A route's shadow (shadow.go) can neither change nor fail its answers; all they
//     wait for is the features that it alone asks for.
//
// Why dedupe stands before fetch: an event that was answered needs no text. Why
// its mark stands last: see above; ChangeProp sets it first and loses events.
package score
