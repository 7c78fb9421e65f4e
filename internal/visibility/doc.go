// Package visibility reads the topics in which a wiki says what it has hidden, deleted
// and shown again, and sees to it that this service follows: cached texts and scores of
// it are dropped, and no event that is made again, from a retry, a dead letter, the cache
// or a replay, shows a hidden user or comment or is made of a hidden text.
//
// What the events mean (event.go):
//
//	revision/visibility-change, page_change visibility_change
//	                     what is hidden of one revision now; all visible: shown again
//	page/delete, page_change delete
//	                     texts of the page and scores of the revision that it names are
//	                     dropped; the wiki itself says RevisionNotFound from now on. The
//	                     user and the comment of a deleted page are not hidden thereby
//	page-suppress, page_change delete of a suppressed page
//	                     everything is hidden, of all revisions of the page that this
//	                     instance knows of
//	page/undelete, page_change undelete
//	                     that it was gone is forgotten. Only page_change says what is
//	                     still hidden; the other leaves it as it was
//
// How. Every instance reads every partition, without a consumer group: each has its own
// cache of texts and its own memory. It begins visibility.lookback ago, because nobody
// told an instance that was down, and of all that the topics say about a revision only
// the latest is applied (pending.go): whoever reads yesterday's events again shows
// nothing that was hidden since, not even for a moment, and the topics need no order
// among them. Consuming begins when the lookback is applied, or after visibility.wait
// with a warning.
//
// Guarantees. What an event says is known to this instance before its next one is read,
// whatever Redis does. Redis is told until it knows; what it has not been told yet is
// bounded (maxPending), and beyond that no more is read, so nothing is ever dropped. An
// event that cannot be read is counted and reported by its place, never by its contents.
//
// Limits. Events name the latest revision of a deleted page and no other; of the others
// texts are dropped, and scores as far as this instance has their texts. What was hidden
// longer ago than the lookback, in a Redis that has lost its data since, is not known.
// An event that was being made when its revision was hidden is not stopped. Of two
// events in one millisecond the one that is read last counts; MediaWiki's have seconds.
package visibility
