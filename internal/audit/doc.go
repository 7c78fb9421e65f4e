// Package audit compares what came in with what went out: which revisions lack an
// answer, a score or an error event, of which model in which stream.
//
// A [Ledger] is first told of all input records of a time range ([Ledger.Inputs]),
// each routed as the service routes it, then of what waits in retry topics
// ([Ledger.Waiting]), and then of all output events since ([Ledger.Answers]): scores of
// one model or of all, and predictions. [Ledger.Rows] is the account by wiki, stream and model;
// [Ledger.Gaps] is which input records would have to be fed again.
//
// An answer is looked for by stream, wiki, revision and model without the model's
// version: a bundle may have been exchanged within the range. Its meta.id tells
// repeats apart: the same id again is what at-least-once delivery may do and a
// consumer recognises; another id for the same revision is another version's answer, or
// a fault.
//
// Memory: one entry of 56 bytes for each revision and model that is wanted, in a hash
// map: 94 to 134 bytes after its load (BenchmarkMemory), so ten million answers take
// about 1.2 GB, and the list of those missing 16 bytes more for each. Nothing is held of output events that nobody in the range wants,
// so it is the range that counts, not what came after it. Inputs come first for that
// reason, though it needs a second pass over the partitions that lack something.
//
// Limits: routes, models and the greatest age are those of the configuration given, not
// those of the time. A revision that was answered before the range and is named again
// within it (a page was moved or undeleted) looks missing; feeding it again is
// harmless, as its sent-marks suppress the repeat. Records that cannot be read become
// dead letters, which name no revision; they are counted, and not looked for.
//
// A prediction that failed is a dead letter, and an error here ([Ledger.Letters]) if the
// model has the version that it had then; else it looks missing.
//
// The package reads no Kafka: records come from iterators.
package audit
