// Package corpus reads files of real or recorded wiki revisions and turns each
// revision into the event a wiki would have posted for it. It feeds the demo
// and the end-to-end tests; the scoring service itself never imports it.
//
// [Open] takes MediaWiki XML history dumps (export versions 0.3 to 0.11) and
// JSON lines, plain or compressed with gzip, bzip2 or zstd. The format is told
// from the content, never from the file's name.
//
// Guarantees. Reading is a stream: memory depends on the largest revision
// ([MaxRevisionBytes]) and on the few parents kept for the page being read, not
// on the file. A record that is broken by itself is a [*LineError] and reading
// goes on; a file that is broken (truncated, no XML) is any other error, and
// every later call answers the same one. What a record does not say is derived
// from what it says by fixed rules, so the same file gives the same events.
//
// Limits. A text that the file withholds stays unknown (nil), it is never "".
// A parent is given only when the file holds it: a dump lists the revisions of
// a page in order, so it is nearly always among the last few. Only the main
// slot is read. 7z dumps must be unpacked first.
//
// Derived facts. JSON rows without page_id get one from wiki and title, above
// 2^40 where no real page is; a named user without id gets one the same way.
// Neither format knows a user's groups, edit count and registration: see
// [Revision.Event].
package corpus
