// Package event is the vocabulary of the stream: the revision events that come
// in and the score events, canaries and dead letters that go out, with the only
// JSON codec for each.
//
// What comes in is one of two official schemas, /mediawiki/revision/create
// (1.x and 2.x) and /mediawiki/page/change (1.x). Both are read into one
// [Revision], so that no later stage knows which of them a wiki publishes. A
// record that cannot be read is a [*ParseError] with a stable reason; it never
// becomes a revision with zero values in it.
//
// What goes out is /mediawiki/revision/score/3.0.0, of one model or of all,
// /mediawiki/page/prediction_classification_change/1.1.0 and /error/2.1.0. The schemas
// forbid additional properties and upstream keeps adding fields to its sources, so
// outgoing events are built from named fields only: nothing of the source is copied
// that the schema does not list.
//
// What was hidden after its event was sent is taken out of the revision by
// [Revision.Hide], and out of an event that is to be sent again by [Redact].
//
// An outgoing event's meta.id is a UUIDv5 of what it says (stream, wiki,
// revision, model, version), not of when it was said: a consumer recognises a
// repeat even if every store of this service was lost. See [ScoreID].
//
// The package imports nothing of this module and keeps no state.
package event
