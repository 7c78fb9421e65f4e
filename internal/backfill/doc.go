// Package backfill feeds revisions that were saved long ago through the pipeline of live
// events: those of a history dump, of a list of ids, or of a stretch of a wiki's time. A
// [Source] stands where the consumer of Kafka stands in the live service; routes, models,
// marks and sinks are the same, so what was answered before is not answered again.
//
//	feed (dump, ids, range) → users → pace → consume.Pull → pipeline
//
// Guarantees:
//
//   - The [Journal] keeps the position of the finished prefix: written beside and renamed,
//     never ahead of an acknowledged answer. Started again, a job goes on there. What is
//     worked on twice is at most what was in flight, and the marks suppress it.
//   - A journal belongs to one job: what is fed, from which file (by a digest of its
//     head), to which streams. It is not used for another.
//   - A record that is broken, a revision that is not there, a line that is no id: each is
//     counted with its reason and left out; the rest goes on. A file that ends in the
//     middle is an error, after all before it is done; completed, it is gone on with.
//   - What a dump or a wiki hides stays hidden: text, user and comment.
//   - Nothing is made up. A user's groups and registration are asked of the wiki; those
//     of the day of the edit are told by nobody, so they are today's.
//   - Memory is bounded whatever the file: a window of events, their texts by bytes, and
//     the facts of some ten thousand users.
//
// Live before backfill. A job runs in a process of its own, at the lowest priority, at a
// given rate at most, and looks once a second how far the live service is behind: while
// that is too far it stands still, and comes back slowly ([Pace]).
//
// Limits. A packed file can only be read from its start, so a job that goes on reads what
// it has done once more, some ten megabytes of text a second. Whether a revision was a redirect is known
// from its text alone; events made of ids and ranges say that it was none.
package backfill
